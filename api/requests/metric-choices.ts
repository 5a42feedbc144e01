import { z } from 'zod';

/** Whose masks a metric compares with: the fusion's that the model learned from, or each rater's. */
export const references = ['fusion', 'raters'] as const;
export type Reference = (typeof references)[number];

/** A metric as an evaluation stores it; its settings are parsed by the metric's own schema. */
export const metricChoice = z.strictObject({
  name: z.string(),
  version: z.int().min(1).default(1),
  settings: z.unknown().optional(),
  /** Of metrics that compare two masks. */
  against: z
    .array(z.enum(references))
    .min(1)
    .default([...references]),
});
export interface MetricChoice extends z.output<typeof metricChoice> {
  readonly settings: unknown;
}

/** What is measured where nothing is asked for; scores only where there is a judge. */
export const defaultMetrics: readonly z.input<typeof metricChoice>[] = [
  { name: 'soft_dice' },
  { name: 'soft_iou', against: ['fusion'] },
  { name: 'mean_rater_dice' },
  { name: 'auc' },
  { name: 'auc_bootstrap' },
  { name: 'permuted_auc' },
];
