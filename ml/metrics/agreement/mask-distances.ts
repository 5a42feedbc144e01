import type { BitMask } from '../../data/bit-mask.ts';
import { mean } from '../../statistics/measure.ts';
import { countPair, type PairCounts } from './pair-counts.ts';

/**
 * Generalised energy distance of two sets of masks of one image (Kohl et al. 2018): 2 E[d(S, Y)] - E[d(S, S')] -
 * E[d(Y, Y')], d = 1 - IoU, both empty: d = 0. Expectations run over all ordered pairs, each mask with itself too.
 * Null where a set has no mask.
 */
export function energyDistance(raters: readonly BitMask[], others: readonly BitMask[]): number | null {
  if (raters.length === 0 || others.length === 0) return null;
  return 2 * meanDistance(raters, others) - meanDistance(raters, raters) - meanDistance(others, others);
}

/** E[d(Y, Y')] among raters; null where there is none. */
export function diversity(raters: readonly BitMask[]): number | null {
  return raters.length === 0 ? null : meanDistance(raters, raters);
}

/**
 * The energy distance of each mask of one image to all its others, from the masks' distances among each other
 * (`distances[i][j]` = d of masks i and j): how far a rater stands apart. None where there is no other.
 */
export function energyDistancesToOthers(distances: readonly (readonly number[])[]): number[] {
  if (distances.length < 2) return [];
  return distances.map((row, mask) => {
    const others = distances.map((_, k) => k).filter((k) => k !== mask);
    const toOthers = mean(others.map((k) => row[k]));
    return 2 * toOthers - mean(others.flatMap((j) => others.map((k) => distances[j][k])));
  });
}

function meanDistance(first: readonly BitMask[], second: readonly BitMask[]): number {
  let sum = 0;
  for (const a of first) for (const b of second) sum += distance(a, b);
  return sum / (first.length * second.length);
}

function distance(a: BitMask, b: BitMask): number {
  return pairDistance(countPair(a, b));
}

/** d = 1 - IoU of two masks; both empty: 0. */
export function pairDistance({ both, firstOnly, secondOnly }: PairCounts): number {
  const either = both + firstOnly + secondOnly;
  return either === 0 ? 0 : 1 - both / either;
}
