/**
 * Generalised energy distance of two sets of masks of one image (Kohl et al. 2018): 2 E[d(S, Y)] - E[d(S, S')] -
 * E[d(Y, Y')], d = 1 - IoU, both empty: d = 0. Expectations run over all ordered pairs, each mask with itself too.
 * Null where a set has no mask.
 */
export function energyDistance(
  raters: readonly ArrayLike<number>[],
  others: readonly ArrayLike<number>[],
): number | null {
  if (raters.length === 0 || others.length === 0) return null;
  return 2 * meanDistance(raters, others) - meanDistance(raters, raters) - meanDistance(others, others);
}

/** E[d(Y, Y')] among raters; null where there is none. */
export function diversity(raters: readonly ArrayLike<number>[]): number | null {
  return raters.length === 0 ? null : meanDistance(raters, raters);
}

function meanDistance(first: readonly ArrayLike<number>[], second: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const a of first) for (const b of second) sum += distance(a, b);
  return sum / (first.length * second.length);
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    throw new RangeError(`masks differ in size: ${a.length} and ${b.length} pixels`);
  }
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) both += 1;
    if (a[i] || b[i]) either += 1;
  }
  return either === 0 ? 0 : 1 - both / either;
}
