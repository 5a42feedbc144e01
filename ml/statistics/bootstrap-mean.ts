import { createRandom, integer } from '../random.ts';
import { mean, quantile, undefinedMeasure, type Measure } from './measure.ts';

/** The mean over images of a number that each image has, with the percentile interval of a bootstrap over images. */
export function bootstrapMean(
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

/** The same where some images have no such number: they are left out and counted. `whyNone`: the note if none has. */
export function bootstrapMeanOfDefined(
  values: readonly (number | null)[],
  { seed, whyNone }: { seed: number; whyNone: string },
): Measure {
  const defined = values.filter((value) => value !== null);
  const undefinedCount = values.length - defined.length;
  if (defined.length === 0) return undefinedMeasure(whyNone, undefinedCount);
  return { ...bootstrapMean(defined, { seed }), undefinedCount };
}
