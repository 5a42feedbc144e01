import { thresholdFor } from '../data/threshold.ts';
import type { Mask } from './metric.ts';

/** @throws RangeError for masks of different sizes. */
export function assertSameSize(first: Mask, second: Mask): void {
  if (first.height === second.height && first.width === second.width) return;
  throw new RangeError(
    `masks differ in size: ${first.height}×${first.width} and ${second.height}×${second.width} pixels`,
  );
}

/** 1 where the value is above the threshold. @throws RangeError for values that do not fit the size or are not numbers. */
export function binaryMask({ values, height, width }: Mask, threshold: number): Uint8Array {
  if (values.length !== height * width) {
    throw new RangeError(`a mask of ${height}×${width} pixels is expected: received ${values.length} values`);
  }
  const binary = new Uint8Array(values.length);
  const above = thresholdFor(values, threshold);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== value) throw new RangeError(`pixel ${i} is not a number`);
    if (value > above) binary[i] = 1;
  }
  return binary;
}
