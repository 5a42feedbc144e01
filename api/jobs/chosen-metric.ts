import type { Metric } from '../../ml/metrics/metric.ts';
import { metrics } from '../../ml/metrics/index.ts';
import type { Prisma } from '../../prisma/client/client.ts';
import type { MetricChoice, Reference } from '../requests/metric-choices.ts';
import type { MetricLabel } from './metric-row.ts';

/** A metric that an evaluation asks for, with its settings. */
export interface ChosenMetric<M extends Metric> {
  readonly metric: M;
  readonly settings: unknown;
  readonly against: readonly Reference[];
  readonly label: MetricLabel;
}

/** Those of the choices that compare this. `millimetres`: whether every image's spacing is known. */
export function chosen<Compares extends Metric['compares']>(
  choices: readonly MetricChoice[],
  compares: Compares,
  millimetres = false,
): ChosenMetric<Extract<Metric, { compares: Compares }>>[] {
  return choices.flatMap(({ name, settings, against }) => {
    const metric = metrics.get(name);
    if (metric.compares !== compares) return [];
    const unit = metric.unit(settings, millimetres);
    const label = { name, settings: settings as Prisma.InputJsonObject, unit };
    return [{ metric: metric as Extract<Metric, { compares: Compares }>, settings, against, label }];
  });
}
