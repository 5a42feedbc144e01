import { midranks } from './placements.ts';
import { mean } from './measure.ts';

/** Spearman's rank correlation, ties sharing their mean rank; null where one side does not vary. */
export function spearman(first: readonly number[], second: readonly number[]): number | null {
  if (first.length !== second.length) {
    throw new RangeError(`pairs are wanted: received ${first.length} and ${second.length} values`);
  }
  const [a, b] = [midranks(first), midranks(second)];
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    squaresA += (a[i] - meanA) ** 2;
    squaresB += (b[i] - meanB) ** 2;
  }
  return squaresA > 0 && squaresB > 0 ? both / Math.sqrt(squaresA * squaresB) : null;
}
