import { createRandom, integer } from '../random.ts';
import { mean, quantile, undefinedMeasure, type Measure } from './measure.ts';

/** The paper's thresholds. */
export const THRESHOLDS = [0.1, 0.3, 0.5, 0.7, 0.9] as const;

export interface Overlap {
  readonly dice: number;
  readonly iou: number;
}

/**
 * Overlap of two soft masks in [0, 1], both made binary with `> threshold`. Dice = 2 |A ∩ B| / (|A| + |B|), IoU =
 * |A ∩ B| / |A ∪ B|; both empty: 1, one empty: 0. Counts are whole numbers in doubles: exact up to 2^53 pixels.
 */
export function overlap(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  threshold: number,
): Overlap {
  if (prediction.length !== reference.length) {
    throw new RangeError(`masks differ in size: ${prediction.length} and ${reference.length} pixels`);
  }
  let both = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < prediction.length; i++) {
    const a = prediction[i];
    const b = reference[i];
    if (a !== a || b !== b) throw new RangeError(`pixel ${i} is not a number`);
    if (a > threshold) first += 1;
    if (b > threshold) second += 1;
    if (a > threshold && b > threshold) both += 1;
  }
  if (first + second === 0) return { dice: 1, iou: 1 };
  return { dice: (2 * both) / (first + second), iou: both / (first + second - both) };
}

/** Overlap of one image, averaged over the thresholds. */
export function softOverlap(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  thresholds: readonly number[] = THRESHOLDS,
): Overlap {
  const each = thresholds.map((threshold) => overlap(prediction, reference, threshold));
  return { dice: mean(each.map(({ dice }) => dice)), iou: mean(each.map(({ iou }) => iou)) };
}

/**
 * Mean over images of a figure that each image has, with the percentile interval of a bootstrap over images. Soft Dice
 * is defined as the mean over images, then over thresholds; both means are plain, so their order does not matter.
 */
export function meanOverImages(
  values: readonly number[],
  { seed, resamples = 2000 }: { seed: number; resamples?: number },
): Measure {
  if (values.length === 0) return undefinedMeasure('no image', 0);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`value ${bad} is ${values[bad]}`);
  const random = createRandom(seed, 'bootstrap over images');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[integer(random, values.length)];
    return sum / values.length;
  }).sort();
  return {
    value: mean(values),
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    interval: 'bootstrap',
    count: values.length,
    undefinedCount: 0,
    note: values.length === 1 ? 'one image: the interval says nothing' : null,
  };
}
