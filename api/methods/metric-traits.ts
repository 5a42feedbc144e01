import type { Metric } from '../../ml/metrics/metric.ts';
import type { Better, Compared, MetricTraits, OverImages } from './metric-traits.type.ts';

/** How to read a metric's numbers, as the API says it. */
export function traitsOf({ range: [lowest, highest], ...metric }: Metric): MetricTraits {
  const { formula, emptyMasks, perImage } = metric;
  return {
    formula,
    emptyMasks,
    perImage,
    lowest,
    highest,
    unit: metric.unit(metric.config.parse({}), false),
    compares: metric.compares as Compared,
    better: metric.better as Better | null,
    overImages: metric.overImages as OverImages | null,
  };
}
