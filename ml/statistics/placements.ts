import { imagesBySubject, type Subjects } from './subjects.ts';

export type Label = 0 | 1 | null;

/** Scores of both classes; images without a label are counted and left out. */
export interface Classes {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  /** Indices among `positives` and `negatives` of the images of each subject. */
  readonly subjects: readonly SubjectImages[];
  readonly unlabelled: number;
}

export interface SubjectImages {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** @throws RangeError where there is not one score, label and subject an image, or a score is not a number. */
export function splitByLabel(
  scores: ArrayLike<number>,
  labels: readonly Label[],
  subjects: Subjects,
): Classes {
  if (scores.length !== labels.length) {
    throw new RangeError(`one score a label is wanted: received ${scores.length} and ${labels.length}`);
  }
  const [positives, negatives]: [number[], number[]] = [[], []];
  const places = labels.map((label, i) => {
    if (label === null) return -1;
    if (Number.isNaN(scores[i])) throw new RangeError(`score ${i} is not a number`);
    return (label === 1 ? positives : negatives).push(scores[i]) - 1;
  });
  const of = (images: readonly number[], label: Label) =>
    images.filter((image) => labels[image] === label).map((image) => places[image]);
  const groups = imagesBySubject(labels.length, subjects).map((images) => ({
    positives: of(images, 1),
    negatives: of(images, 0),
  }));
  return {
    positives,
    negatives,
    subjects: groups.filter((group) => group.positives.length + group.negatives.length > 0),
    unlabelled: labels.length - positives.length - negatives.length,
  };
}

/** AUC, and the share of the other class that lies below each score, ties counting ½: its structural components. */
export interface Placements {
  readonly value: number;
  readonly byPositive: Float64Array;
  readonly byNegative: Float64Array;
}

/** By midranks (Sun and Xu, IEEE Signal Processing Letters 2014): O(n log n) instead of all pairs. */
export function placementsOf({ positives, negatives }: Pick<Classes, 'positives' | 'negatives'>): Placements {
  const all = midranks([...positives, ...negatives]);
  const [own, others] = [midranks(positives), midranks(negatives)];
  const [m, n] = [positives.length, negatives.length];
  const byPositive = own.map((rank, i) => (all[i] - rank) / n);
  const byNegative = others.map((rank, j) => 1 - (all[m + j] - rank) / m);
  return { value: rankSum(all, m, n), byPositive, byNegative };
}

/** Those of a difference of two AUCs of the same images. */
export function placementsBetween(first: Placements, second: Placements): Placements {
  const subtract = (p: Float64Array, q: Float64Array): Float64Array => p.map((value, i) => value - q[i]);
  return {
    value: first.value - second.value,
    byPositive: subtract(first.byPositive, second.byPositive),
    byNegative: subtract(first.byNegative, second.byNegative),
  };
}

/** The AUC alone. */
export function area(positives: readonly number[], negatives: readonly number[]): number {
  return rankSum(midranks([...positives, ...negatives]), positives.length, negatives.length);
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

/** From the ranks of all scores, the m positives first. Ranks are multiples of ½: the sum is exact up to 2^52. */
function rankSum(ranks: Float64Array, m: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < m; i++) sum += ranks[i];
  return (sum - (m * (m + 1)) / 2) / (m * n);
}
