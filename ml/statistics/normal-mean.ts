import { Z_95 } from './distributions.ts';
import type { Measure } from './measure.ts';

/** What is left of many values once they are added up. */
export interface Summary {
  readonly mean: number | null;
  /** Of the sample, with n - 1; null for fewer than two values. */
  readonly sd: number | null;
  readonly count: number;
}

/** A mean with the normal interval ± 1.96 sd / √n: for images by the hundred. `whyNone`: the note where there is no value. */
export function normalMean(
  { mean, sd, count }: Summary,
  whyNone: string,
): Pick<Measure, 'value' | 'low' | 'high' | 'interval' | 'note'> {
  if (mean === null) return { value: null, low: null, high: null, interval: null, note: whyNone };
  if (sd === null) return { value: mean, low: null, high: null, interval: null, note: null };
  const half = (Z_95 * sd) / Math.sqrt(count);
  return { value: mean, low: mean - half, high: mean + half, interval: 'normal', note: null };
}
