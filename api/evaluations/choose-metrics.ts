import { metrics } from '../../ml/metrics/index.ts';
import type { Metric } from '../../ml/metrics/metric.ts';
import { versionOf } from '../../ml/method.ts';
import { invalidInput } from '../errors.ts';
import { defaultMetrics, references, type MetricChoice, type Reference } from '../requests/metric-choices.ts';
import { canonicalJson } from '../../ml/canonical-json.ts';
import { parseConfig } from '../runs/method-config.ts';

/** A metric as a user asks for it. */
export interface AskedMetric {
  readonly name: string;
  readonly settings?: unknown;
  readonly against?: readonly Reference[] | null;
}

/** What is evaluated: the masks of a model, or else of a fusion; and whether a judge reads them. */
interface Subject {
  readonly ofModel: boolean;
  readonly judged: boolean;
}

/** The metrics of an evaluation with their full settings; those it makes by default where nothing is asked for. */
export function chooseMetrics(
  asked: readonly AskedMetric[] | null | undefined,
  subject: Subject,
): MetricChoice[] {
  if (asked == null) return defaultMetrics.map((one) => choiceOf(one, metrics.get(one.name)));
  const choices = asked.map((one) => {
    const metric = requireMetric(one.name);
    requireUse(metric, one, subject);
    return choiceOf(one, metric);
  });
  requireWhole(choices, subject);
  return withControl(choices);
}

function choiceOf({ settings, against }: AskedMetric, metric: Metric): MetricChoice {
  return {
    name: metric.name,
    version: versionOf(metric),
    settings: parseConfig<unknown>(metric, { overrides: settings, field: 'settings' }),
    against: references.filter((reference) => !against || against.includes(reference)),
  };
}

function requireMetric(name: string): Metric {
  if (metrics.names.includes(name)) return metrics.get(name);
  throw invalidInput(`unknown metric '${name}': expected one of ${metrics.names.join(', ')}`, 'metrics');
}

/** Refuses what could give no number. */
function requireUse(
  { name, compares }: Metric,
  { against }: AskedMetric,
  { ofModel, judged }: Subject,
): void {
  const refuse = (why: string) => invalidInput(`metric '${name}' ${why}`, 'metrics');
  if (compares === 'raters') throw refuse('compares raters with each other: ask measureAgreement');
  if (compares === 'scores' && !judged) throw refuse('compares scores with diagnoses: give judgeModelId');
  if (!against) return;
  if (compares !== 'masks') throw refuse('does not compare two masks: leave out against');
  if (against.length === 0) throw refuse('is against nothing: name fusion, raters or both');
  if (!ofModel && !against.includes('raters'))
    throw refuse("is against the fusion, whose own masks are evaluated: only raters' masks are others");
}

function requireWhole(choices: readonly MetricChoice[], { judged }: Subject): void {
  if (choices.length === 0) throw invalidInput('metrics is empty: name one, or leave it out', 'metrics');
  const keys = choices.map(({ name, settings }) => canonicalJson({ name, settings }));
  const twice = choices.find((_, k) => keys.indexOf(keys[k]) !== k);
  if (twice) throw invalidInput(`metric '${twice.name}' is asked for twice with equal settings`, 'metrics');
  if (judged && !choices.some(({ name }) => metrics.get(name).compares === 'scores'))
    throw invalidInput(
      "no metric compares the judge's scores: name auc, or leave out judgeModelId",
      'metrics',
    );
}

/** A score of masks that have seen labels is never given without the one of their permuted control. */
function withControl(choices: readonly MetricChoice[]): MetricChoice[] {
  const isControl = (metric: Metric): boolean => metric.compares === 'scores' && metric.reads === 'controls';
  const chosen = choices.map(({ name }) => metrics.get(name));
  // What reads exchanged masks is no score of diagnoses: a control would say nothing of it.
  const isScored = (metric: Metric): boolean => metric.compares === 'scores' && metric.reads === 'own';
  if (!chosen.some(isScored) || chosen.some(isControl)) return [...choices];
  const controls = metrics.list().filter(isControl);
  return [...choices, ...controls.map((metric) => choiceOf({ name: metric.name }, metric))];
}
