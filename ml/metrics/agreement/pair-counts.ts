import { kappaOf } from '../../statistics/beyond-chance.ts';

/** Pixels by what two raters say of them. Whole numbers in doubles: exact up to 2^53 pixels. */
export interface PairCounts {
  readonly both: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
  readonly neither: number;
}

export const noPixels: PairCounts = { both: 0, firstOnly: 0, secondOnly: 0, neither: 0 };

/** The counts so far with those of one more image; masks hold 0 and 1. */
export function countPair(
  sofar: PairCounts,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): PairCounts {
  if (first.length !== second.length) {
    throw new RangeError(`masks differ in size: ${first.length} and ${second.length} pixels`);
  }
  const table = [0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) table[(first[i] ? 2 : 0) + (second[i] ? 1 : 0)] += 1;
  return {
    both: sofar.both + table[3],
    firstOnly: sofar.firstOnly + table[2],
    secondOnly: sofar.secondOnly + table[1],
    neither: sofar.neither + table[0],
  };
}

/** Dice = 2 |A ∩ B| / (|A| + |B|); null where both are empty. */
export function pairDice({ both, firstOnly, secondOnly }: PairCounts): number | null {
  const sum = 2 * both + firstOnly + secondOnly;
  return sum === 0 ? null : (2 * both) / sum;
}

/** Cohen's kappa (1960): (p_o - p_e) / (1 - p_e); null without pixels, and where chance agreement is 1. */
export function cohenKappa({ both, firstOnly, secondOnly, neither }: PairCounts): number | null {
  const total = both + firstOnly + secondOnly + neither;
  if (total === 0) return null;
  const [a, b] = [(both + firstOnly) / total, (both + secondOnly) / total];
  return kappaOf((both + neither) / total, a * b + (1 - a) * (1 - b));
}
