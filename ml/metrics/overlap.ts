import { z } from 'zod';
import { thresholdFor } from '../data/threshold.ts';
import { mean } from '../statistics/measure.ts';
import { assertSameSize } from './binary-mask.ts';
import type { Mask } from './metric.ts';

export interface Overlap {
  readonly dice: number;
  readonly iou: number;
}

/** The setting that the soft metrics share. */
export const softSettings = {
  thresholds: z.array(z.number().min(0).max(1)).min(1).default([0.1, 0.3, 0.5, 0.7, 0.9]).meta({
    description: 'Both masks are binarised with value > threshold, at each of these thresholds.',
    source: "The paper's five.",
    unit: null,
  }),
};

/** Of the images beside a mean: with such masks it is 1 at every threshold where both are empty. */
export const countedAsEmpty = 'Counted as empty: no pixel above the lowest threshold.';

/**
 * Overlap of two soft masks in [0, 1], both made binary with `> threshold`. Dice = 2 |A ∩ B| / (|A| + |B|), IoU =
 * |A ∩ B| / |A ∪ B|; null where both are empty. Counts are whole numbers in doubles: exact up to 2^53 pixels.
 * @throws RangeError for masks of different sizes and for pixels that are not numbers.
 */
export function overlap(mask: Mask, reference: Mask, threshold: number): Overlap | null {
  assertSameSize(mask, reference);
  const [above, referenceAbove] = [mask, reference].map(({ values }) => thresholdFor(values, threshold));
  let both = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < mask.values.length; i++) {
    const a = mask.values[i];
    const b = reference.values[i];
    if (a !== a || b !== b) throw new RangeError(`pixel ${i} is not a number`);
    if (a > above) first += 1;
    if (b > referenceAbove) second += 1;
    if (a > above && b > referenceAbove) both += 1;
  }
  if (first + second === 0) return null;
  return { dice: (2 * both) / (first + second), iou: both / (first + second - both) };
}

/** Overlap averaged over the thresholds; where both masks are empty above one, they count as equal there: 1. */
export function softOverlap(mask: Mask, reference: Mask, thresholds: readonly number[]): Overlap {
  const each = thresholds.map((threshold) => overlap(mask, reference, threshold) ?? { dice: 1, iou: 1 });
  return { dice: mean(each.map(({ dice }) => dice)), iou: mean(each.map(({ iou }) => iou)) };
}
