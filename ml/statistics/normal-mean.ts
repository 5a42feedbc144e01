import { Z_95 } from './distributions.ts';
import type { Measure } from './measure.ts';

/** What is left of many values once they are added up. */
export interface Summary {
  readonly mean: number | null;
  /** Standard error of the mean, by subject; null for fewer than two subjects. */
  readonly error: number | null;
}

/** A mean with the normal interval ± 1.96 errors: for subjects by the hundred. `whyNone`: the note where there is no value. */
export function normalMean(
  { mean, error }: Summary,
  whyNone: string,
): Pick<Measure, 'value' | 'low' | 'high' | 'interval' | 'note'> {
  if (mean === null) return { value: null, low: null, high: null, interval: null, note: whyNone };
  if (error === null) return { value: mean, low: null, high: null, interval: null, note: null };
  const half = Z_95 * error;
  return { value: mean, low: mean - half, high: mean + half, interval: 'normal', note: null };
}
