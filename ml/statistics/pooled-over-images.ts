import { createRandom, integer } from '../random.ts';
import { oneSubject } from './bootstrap-mean.ts';
import { quantile, undefinedMeasure, type Measure } from './measure.ts';
import { imagesBySubject, type Subjects } from './subjects.ts';

export interface PooledOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** Whom each image shows. */
  readonly subjects?: Subjects;
  /** Why there is no value where the figure is undefined. */
  readonly whyUndefined: string;
}

/** Sums of one image by name, or of several together. Whole numbers stay exact up to 2^53. */
export type Sums<T> = { readonly [K in keyof T]: number };

/**
 * A figure of sums over all images (a kappa of all pixels), with the percentile interval of a bootstrap over subjects:
 * each resample draws as many subjects as there are, with replacement, adds up the sums of all their images and takes the
 * figure of those.
 * Resamples for which the figure is undefined are left out, and `note` says how many.
 */
export function pooledOverImages<T extends Sums<T>>(
  images: readonly T[],
  figure: (sums: T) => number | null,
  { seed, resamples = 2000, subjects, whyUndefined }: PooledOptions,
): Measure {
  const count = images.length;
  const groups = imagesBySubject(count, subjects);
  const add = count === 0 ? null : adder(images, groups);
  const value = add && figure(add((i) => i));
  if (add === null || value === null) return undefinedMeasure(whyUndefined, count);
  const measure = { value, count, undefinedCount: 0 };
  if (groups.length === 1) return { ...measure, ...oneSubject(count) };
  const random = createRandom(seed, 'bootstrap over images');
  const figures = Array.from({ length: resamples }, () => figure(add(() => integer(random, groups.length))));
  const defined = Float64Array.from(figures.filter((each) => each !== null)).sort();
  const bounded = defined.length > 0;
  return {
    ...measure,
    low: bounded ? quantile(defined, 0.025) : null,
    high: bounded ? quantile(defined, 0.975) : null,
    interval: bounded ? 'bootstrap' : null,
    note: noteOf(resamples - defined.length, resamples),
  };
}

/** Adds up as many subjects as there are, picked anew or each once. Numbers lie flat: this is done thousands of times. */
function adder<T extends Sums<T>>(
  images: readonly T[],
  groups: readonly (readonly number[])[],
): (pick: (index: number) => number) => T {
  const names = Object.keys(images[0]) as (keyof T)[];
  const sumOf = (group: readonly number[], name: keyof T): number =>
    group.reduce((sum, image) => sum + images[image][name], 0);
  const flat = Float64Array.from(groups.flatMap((group) => names.map((name) => sumOf(group, name))));
  return (pick) => {
    const sums = new Float64Array(names.length);
    for (let i = 0; i < groups.length; i++) {
      const start = pick(i) * names.length;
      for (let k = 0; k < names.length; k++) sums[k] += flat[start + k];
    }
    return Object.fromEntries(names.map((name, k) => [name, sums[k]])) as T;
  };
}

function noteOf(undefinedResamples: number, resamples: number): string | null {
  if (undefinedResamples === 0) return null;
  return `undefined in ${undefinedResamples} of ${resamples} resamples, which the interval leaves out`;
}
