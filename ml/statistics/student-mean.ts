import { t95 } from './distributions.ts';
import { mean } from './measure.ts';

export interface StudentMean {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The mean of two values or more with its 95 % interval by Student's t: what more of the same would give. */
export async function studentMean(values: readonly number[]): Promise<StudentMean> {
  const n = values.length;
  if (n < 2) throw new RangeError(`a spread needs at least 2 values: received ${n}`);
  const value = mean(values);
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1);
  const half = (await t95(n - 1)) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}
