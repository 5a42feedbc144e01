import { InputError } from '../errors.ts';
import { undefinedMeasure, type Measure } from './measure.ts';
import { studentMean } from './student-mean.ts';

/**
 * The mean of a number over repetitions with different seeds, with the 95 % interval of that mean by Student's t: what
 * another seed would give on the same images. It says nothing about other images.
 * @throws InputError for fewer than two values.
 */
export async function overSeeds(values: readonly (number | null)[]): Promise<Measure> {
  if (values.length < 2) {
    throw new InputError(`an interval over seeds needs at least 2 of them: received ${values.length}`);
  }
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) {
    const missing = values.length - known.length;
    return undefinedMeasure(`undefined for ${missing} of ${values.length} seeds`, values.length);
  }
  return {
    ...(await studentMean(known)),
    interval: 'seeds',
    count: known.length,
    undefinedCount: 0,
    note: null,
  };
}
