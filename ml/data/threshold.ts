/**
 * The one rule for making a soft mask binary: object where value > threshold. The threshold is compared in the precision
 * of the values: as a double, 0.1 lies below the float32 nearest to 0.1, and one vote of ten would be above it.
 */
export function thresholdFor(values: ArrayLike<number>, threshold: number): number {
  return values instanceof Float32Array ? Math.fround(threshold) : threshold;
}
