import { thresholdFor } from '../data/threshold.ts';
import type { Mask } from './metric.ts';

/** Of the images that a number compares masks in: those where all of these masks were empty, and those where some were. */
export interface EmptyCounts {
  readonly bothEmptyCount: number;
  readonly oneEmptyCount: number;
}

/** @param images of each image whether each compared mask is empty. */
export function countEmpty(images: readonly (readonly boolean[])[]): EmptyCounts {
  const all = images.filter((empty) => empty.length > 0 && empty.every(Boolean)).length;
  const any = images.filter((empty) => empty.some(Boolean)).length;
  return { bothEmptyCount: all, oneEmptyCount: any - all };
}

/** No pixel is above the threshold. */
export function isEmptyAbove({ values }: Mask, threshold: number): boolean {
  const above = thresholdFor(values, threshold);
  for (let i = 0; i < values.length; i++) if (values[i] > above) return false;
  return true;
}
