import { createRandom, integer } from '../random.ts';
import { aucVariance, tooFew } from './auc-variance.ts';
import { twoSidedP, Z_95 } from './distributions.ts';
import { quantile, undefinedMeasure, type Measure } from './measure.ts';
import {
  area,
  placementsBetween,
  placementsOf,
  splitByLabel,
  type Classes,
  type Label,
} from './placements.ts';
import type { Subjects } from './subjects.ts';

export type { Label } from './placements.ts';

/**
 * Area under the ROC curve as the rank statistic P(score of a positive > score of a negative), ties counting ½
 * (Mann and Whitney 1947), with its 95 % interval from the variance of ml/statistics/auc-variance.ts. The interval is
 * made on the logit of the AUC and brought back, so that it stays within [0, 1].
 *
 * There is no interval, and the note says why, where a class has fewer than two subjects and where the variance is 0:
 * classes that are perfectly separated, and scores that are all equal.
 *
 * @param subjects whom each image shows
 */
export function auc(scores: ArrayLike<number>, labels: readonly Label[], subjects?: Subjects): Measure {
  const classes = splitByLabel(scores, labels, subjects);
  const reason = whyUndefined(classes);
  if (reason) return undefinedMeasure(reason, labels.length);
  const placements = placementsOf(classes);
  const { value } = placements;
  const measure = { value, ...counts(classes) };
  const spread = aucVariance(placements, classes);
  if ('none' in spread) return { ...measure, ...noInterval(whyNoInterval(classes, value) ?? spread.none) };
  const half = (Z_95 * Math.sqrt(spread.variance)) / (value * (1 - value));
  const logit = Math.log(value / (1 - value));
  return {
    ...measure,
    low: sigmoid(logit - half),
    high: sigmoid(logit + half),
    interval: spread.method,
    note: null,
  };
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples: 2,000, as R's pROC takes by default. */
  readonly resamples?: number;
  /** Whom each image shows. */
  readonly subjects?: Subjects;
}

/**
 * The same with the percentile interval of a bootstrap over subjects. It keeps the number of subjects with positive
 * images only, with negative ones only and with both: with one image a subject, the number of images of each class.
 */
export function aucBootstrap(
  scores: ArrayLike<number>,
  labels: readonly Label[],
  { seed, resamples = 2000, subjects }: BootstrapOptions,
): Measure {
  const classes = splitByLabel(scores, labels, subjects);
  const reason = whyUndefined(classes);
  if (reason) return undefinedMeasure(reason, labels.length);
  const value = area(classes.positives, classes.negatives);
  const measure = { value, ...counts(classes) };
  const none = whyNoInterval(classes, value);
  if (none) return { ...measure, ...noInterval(none) };
  const random = createRandom(seed, 'bootstrap of the AUC');
  const strata = strataOf(classes);
  const values = Float64Array.from({ length: resamples }, () => {
    const drawn = strata.flatMap((stratum) => stratum.map(() => stratum[integer(random, stratum.length)]));
    return area(
      drawn.flatMap(({ positives }) => positives.map((i) => classes.positives[i])),
      drawn.flatMap(({ negatives }) => negatives.map((j) => classes.negatives[j])),
    );
  }).sort();
  return {
    ...measure,
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
    interval: 'bootstrap',
    note: null,
  };
}

export interface AucDifference {
  /** AUC of the first scores minus that of the second. */
  readonly difference: number;
  /** Bounds of the 95 % interval, z and the two-sided p; null where there is no variance: `note` says why. */
  readonly low: number | null;
  readonly high: number | null;
  /** From whose variance the interval is. */
  readonly interval: string | null;
  readonly z: number | null;
  readonly p: number | null;
  readonly note: string | null;
}

/**
 * Paired test of two scores of the same images (DeLong et al. 1988; by subject, Obuchowski 1997). Null where an AUC is
 * undefined.
 */
export async function compareAuc(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: readonly Label[],
  subjects?: Subjects,
): Promise<AucDifference | null> {
  if (first.length !== second.length) {
    throw new RangeError(`two scores an image are wanted: received ${first.length} and ${second.length}`);
  }
  const [a, b] = [splitByLabel(first, labels, subjects), splitByLabel(second, labels, subjects)];
  if (whyUndefined(a) || whyUndefined(b)) return null;
  const between = placementsBetween(placementsOf(a), placementsOf(b));
  const { value: difference } = between;
  const spread = aucVariance(between, a);
  if ('none' in spread) {
    const note = `no test: ${spread.none}${tooFewOf(a) ? '' : ', as both order the images alike'}`;
    return { difference, low: null, high: null, interval: null, z: null, p: null, note };
  }
  const error = Math.sqrt(spread.variance);
  const z = difference / error;
  return {
    difference,
    low: difference - Z_95 * error,
    high: difference + Z_95 * error,
    interval: spread.method,
    z,
    p: await twoSidedP(z),
    note: null,
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const counts = ({ positives, negatives, unlabelled }: Classes) => ({
  count: positives.length + negatives.length,
  undefinedCount: unlabelled,
});

const noInterval = (why: string) => ({ low: null, high: null, interval: null, note: `no interval: ${why}` });

function whyUndefined({ positives, negatives }: Classes): string | null {
  if (positives.length > 0 && negatives.length > 0) return null;
  if (positives.length + negatives.length === 0) return 'no image has a diagnosis';
  return `the AUC needs both diagnoses: ${positives.length} positive, ${negatives.length} negative`;
}

/** Where every resample would give the same AUC. */
function whyNoInterval(classes: Classes, value: number): string | null {
  const { positives, negatives } = classes;
  if (positives.concat(negatives).every((score) => score === positives[0])) return 'all scores are equal';
  if (value === 0 || value === 1) return 'the classes are perfectly separated';
  return tooFewOf(classes);
}

const tooFewOf = ({ subjects }: Classes): string | null =>
  tooFew(
    subjects.filter(({ positives }) => positives.length > 0).length,
    subjects.filter(({ negatives }) => negatives.length > 0).length,
  );

/** Subjects with positive images only, with negative ones only, with both. */
function strataOf({ subjects }: Classes): Classes['subjects'][] {
  const kind = (wanted: readonly [boolean, boolean]) =>
    subjects.filter(
      ({ positives, negatives }) => positives.length > 0 === wanted[0] && negatives.length > 0 === wanted[1],
    );
  return [kind([true, false]), kind([false, true]), kind([true, true])];
}
