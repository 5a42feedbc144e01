import { undefinedMeasure, type Measure } from './measure.ts';
import { InputError } from '../errors.ts';

/** Student's t, two-sided 95 %, by degrees of freedom from 1 (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2). */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];
const mostSeeds = T_95.length + 1;

/**
 * The mean of a number over repetitions with different seeds, with the 95 % interval of that mean: what another seed
 * would give, on the same images. It says nothing of other images.
 * @throws InputError for fewer than two values, and for more than the table of t has.
 */
export function overSeeds(values: readonly (number | null)[]): Measure {
  if (values.length < 2 || values.length > mostSeeds) {
    throw new InputError(`an interval over seeds wants 2 to ${mostSeeds} of them: received ${values.length}`);
  }
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) {
    return undefinedMeasure(
      `undefined for ${values.length - known.length} of ${values.length} seeds`,
      values.length,
    );
  }
  const n = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = T_95[n - 2] * Math.sqrt(variance / n);
  return {
    value: mean,
    low: mean - half,
    high: mean + half,
    interval: 'seeds',
    count: n,
    undefinedCount: 0,
    note: null,
  };
}
