import { createRandom, integer } from '../random.ts';
import { quantile, undefinedMeasure, type Measure } from './measure.ts';
import { twoSidedP, Z_95 } from './distributions.ts';

export type Label = 0 | 1 | null;

/** Scores of both classes; images without a label are counted and left out. */
interface Classes {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  readonly unlabelled: number;
}

/**
 * Area under the ROC curve as the rank statistic P(score of a positive > score of a negative), ties counting ½
 * (Mann and Whitney 1947), with its 95 % interval.
 *
 * delong: variance after DeLong, DeLong and Clarke-Pearson 1988, from midranks (Sun and Xu 2014); the interval is made
 * on the logit of the AUC and brought back, so that it stays within [0, 1]. At an AUC of exactly 0 or 1 the variance is
 * zero and the interval collapses; the note says so.
 */
export function auc(scores: ArrayLike<number>, labels: readonly Label[]): Measure {
  const classes = split(scores, labels);
  const reason = whyUndefined(classes);
  if (reason) return undefinedMeasure(reason, labels.length);
  const { value, variance } = delong(components(classes));
  const collapsed = value === 0 || value === 1;
  const half = collapsed ? 0 : (Z_95 * Math.sqrt(variance)) / (value * (1 - value));
  const logit = Math.log(value / (1 - value));
  return {
    value,
    low: collapsed ? value : sigmoid(logit - half),
    high: collapsed ? value : sigmoid(logit + half),
    interval: 'delong',
    count: classes.positives.length + classes.negatives.length,
    undefinedCount: classes.unlabelled,
    note: collapsed
      ? 'the classes are perfectly separated: DeLong’s variance is 0 and its interval a point'
      : null,
  };
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples: 2,000, as R's pROC takes by default. */
  readonly resamples?: number;
}

/** The same with the percentile interval of a bootstrap that keeps the number of images of each class. */
export function aucBootstrap(
  scores: ArrayLike<number>,
  labels: readonly Label[],
  { seed, resamples = 2000 }: BootstrapOptions,
): Measure {
  const classes = split(scores, labels);
  const reason = whyUndefined(classes);
  if (reason) return undefinedMeasure(reason, labels.length);
  const random = createRandom(seed, 'bootstrap of the AUC');
  const draw = (values: readonly number[]): number[] =>
    values.map(() => values[integer(random, values.length)]);
  const values = Float64Array.from({ length: resamples }, () => {
    return area(draw(classes.positives), draw(classes.negatives));
  }).sort();
  return {
    value: area(classes.positives, classes.negatives),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
    interval: 'bootstrap',
    count: classes.positives.length + classes.negatives.length,
    undefinedCount: classes.unlabelled,
    note: null,
  };
}

export interface AucDifference {
  /** AUC of the first scores minus that of the second. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** null where the two orders of the images agree so far that the difference has no variance. */
  readonly z: number | null;
  /** Two-sided. */
  readonly p: number | null;
}

/** Paired test of DeLong et al. 1988: two scores of the same images. Null where an AUC is undefined. */
export async function compareAuc(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: readonly Label[],
): Promise<AucDifference | null> {
  if (first.length !== second.length) {
    throw new RangeError(`two scores an image are wanted: received ${first.length} and ${second.length}`);
  }
  const [a, b] = [split(first, labels), split(second, labels)];
  if (whyUndefined(a) || whyUndefined(b)) return null;
  const [x, y] = [components(a), components(b)];
  const difference = x.value - y.value;
  const subtract = (p: Float64Array, q: Float64Array): Float64Array => p.map((value, i) => value - q[i]);
  const { variance } = delong({
    value: difference,
    byPositive: subtract(x.byPositive, y.byPositive),
    byNegative: subtract(x.byNegative, y.byNegative),
  });
  const error = Math.sqrt(variance);
  const z = error > 0 ? difference / error : null;
  return {
    difference,
    low: difference - Z_95 * error,
    high: difference + Z_95 * error,
    z,
    p: z === null ? null : await twoSidedP(z),
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function split(scores: ArrayLike<number>, labels: readonly Label[]): Classes {
  if (scores.length !== labels.length) {
    throw new RangeError(`one score a label is wanted: received ${scores.length} and ${labels.length}`);
  }
  const [positives, negatives]: [number[], number[]] = [[], []];
  labels.forEach((label, i) => {
    if (label === null) return;
    if (Number.isNaN(scores[i])) throw new RangeError(`score ${i} is not a number`);
    (label === 1 ? positives : negatives).push(scores[i]);
  });
  return { positives, negatives, unlabelled: labels.length - positives.length - negatives.length };
}

function whyUndefined({ positives, negatives }: Classes): string | null {
  if (positives.length > 0 && negatives.length > 0) return null;
  if (positives.length + negatives.length === 0) return 'no image has a diagnosis';
  return `the AUC needs both diagnoses: ${positives.length} positive, ${negatives.length} negative`;
}

/** Share of the other class that lies below each score, ties counting ½. */
interface Components {
  readonly value: number;
  readonly byPositive: Float64Array;
  readonly byNegative: Float64Array;
}

function components({ positives, negatives }: Classes): Components {
  const all = midranks([...positives, ...negatives]);
  const [own, others] = [midranks(positives), midranks(negatives)];
  const [m, n] = [positives.length, negatives.length];
  const byPositive = own.map((rank, i) => (all[i] - rank) / n);
  const byNegative = others.map((rank, j) => 1 - (all[m + j] - rank) / m);
  return { value: rankSum(all, m, n), byPositive, byNegative };
}

/** Rank of each value from 1; equal values share the mean of their ranks. */
export function midranks(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (let k = start; k < end; k++) ranks[order[k]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Variance of the AUC, or of a difference of AUCs, from its components; a class of one image adds no spread. */
function delong({ value, byPositive, byNegative }: Components): { value: number; variance: number } {
  return { value, variance: meanVariance(byPositive) + meanVariance(byNegative) };
}

const average = (values: Float64Array): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Variance of the mean of the values. */
function meanVariance(values: Float64Array): number {
  if (values.length < 2) return 0;
  const middle = average(values);
  const squares = values.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  return squares / (values.length - 1) / values.length;
}

/** The AUC alone. */
function area(positives: readonly number[], negatives: readonly number[]): number {
  return rankSum(midranks([...positives, ...negatives]), positives.length, negatives.length);
}

/** From the ranks of all scores, the m positives first. Ranks are multiples of ½: the sum is exact up to 2^52. */
function rankSum(ranks: Float64Array, m: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < m; i++) sum += ranks[i];
  return (sum - (m * (m + 1)) / 2) / (m * n);
}
