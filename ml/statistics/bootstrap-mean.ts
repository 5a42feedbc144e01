import { createRandom, integer } from '../random.ts';
import { mean, quantile, undefinedMeasure, type Measure } from './measure.ts';
import { imagesBySubject, subjectsAt, type Subjects } from './subjects.ts';

interface BootstrapOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** Whom each image shows. */
  readonly subjects?: Subjects;
}

/**
 * The mean over images of a number that each image has, with the percentile interval of a bootstrap over subjects: each
 * resample draws as many subjects as there are, with replacement, and takes the mean over all of their images.
 */
export function bootstrapMean(
  values: readonly number[],
  { seed, resamples = 2000, subjects }: BootstrapOptions,
): Measure {
  if (values.length === 0) return undefinedMeasure('no image', 0);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`value ${bad} is ${values[bad]}`);
  const measure = { value: mean(values), count: values.length, undefinedCount: 0 };
  const groups = imagesBySubject(values.length, subjects);
  if (groups.length === 1) return { ...measure, ...oneSubject(values.length) };
  const sums = groups.map((images) => images.reduce((sum, image) => sum + values[image], 0));
  const random = createRandom(seed, 'bootstrap over images');
  const means = Float64Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < groups.length; i++) {
      const drawn = integer(random, groups.length);
      sum += sums[drawn];
      count += groups[drawn].length;
    }
    return sum / count;
  }).sort();
  return {
    ...measure,
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    interval: 'bootstrap',
    note: null,
  };
}

/** One subject has no spread, which is not to say that it has none. */
export const oneSubject = (images: number) => ({
  low: null,
  high: null,
  interval: null,
  note: images === 1 ? 'no interval: one image' : `no interval: one subject with ${images} images`,
});

/** The same where some images have no such number: they are left out and counted. `whyNone`: the note if none has. */
export function bootstrapMeanOfDefined(
  values: readonly (number | null)[],
  { seed, whyNone, subjects }: Pick<BootstrapOptions, 'seed' | 'subjects'> & { readonly whyNone: string },
): Measure {
  const indices = values.flatMap((value, index) => (value === null ? [] : [index]));
  const undefinedCount = values.length - indices.length;
  if (indices.length === 0) return undefinedMeasure(whyNone, undefinedCount);
  const defined = indices.map((index) => values[index] as number);
  return { ...bootstrapMean(defined, { seed, subjects: subjectsAt(subjects, indices) }), undefinedCount };
}
