import { createRandom, integer } from '../random.ts';
import { quantile, undefinedMeasure, type Measure } from './measure.ts';

export interface PooledOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** Why there is no value where the figure is undefined. */
  readonly whyUndefined: string;
}

/** Sums of one image by name, or of several together. Whole numbers stay exact up to 2^53. */
export type Sums<T> = { readonly [K in keyof T]: number };

/**
 * A figure of sums over all images (a kappa of all pixels), with the percentile interval of a bootstrap over images:
 * each resample draws as many images as there are, with replacement, adds up their sums and takes the figure of those.
 * Resamples for which the figure is undefined are left out, and `note` says how many.
 */
export function pooledOverImages<T extends Sums<T>>(
  images: readonly T[],
  figure: (sums: T) => number | null,
  { seed, resamples = 2000, whyUndefined }: PooledOptions,
): Measure {
  const n = images.length;
  const add = n === 0 ? null : adder(images);
  const value = add && figure(add((i) => i));
  if (add === null || value === null) return undefinedMeasure(whyUndefined, n);
  const random = createRandom(seed, 'bootstrap over images');
  const figures = Array.from({ length: resamples }, () => figure(add(() => integer(random, n))));
  const defined = Float64Array.from(figures.filter((each) => each !== null)).sort();
  const bounded = defined.length > 0;
  return {
    value,
    low: bounded ? quantile(defined, 0.025) : null,
    high: bounded ? quantile(defined, 0.975) : null,
    interval: bounded ? 'bootstrap' : null,
    count: n,
    undefinedCount: 0,
    note: noteOf(n, resamples - defined.length, resamples),
  };
}

/** Adds up as many images as there are, picked anew or each once. Numbers lie flat: this is done thousands of times. */
function adder<T extends Sums<T>>(images: readonly T[]): (pick: (index: number) => number) => T {
  const names = Object.keys(images[0]) as (keyof T)[];
  const flat = Float64Array.from(images.flatMap((image) => names.map((name) => image[name])));
  return (pick) => {
    const sums = new Float64Array(names.length);
    for (let i = 0; i < images.length; i++) {
      const start = pick(i) * names.length;
      for (let k = 0; k < names.length; k++) sums[k] += flat[start + k];
    }
    return Object.fromEntries(names.map((name, k) => [name, sums[k]])) as T;
  };
}

function noteOf(images: number, undefinedResamples: number, resamples: number): string | null {
  if (images === 1) return 'one image: the interval says nothing';
  if (undefinedResamples === 0) return null;
  return `undefined in ${undefinedResamples} of ${resamples} resamples, which the interval leaves out`;
}
