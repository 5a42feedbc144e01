import { bitsOf } from '../../data/bit-counts.ts';
import type { BitMask } from '../../data/bit-mask.ts';
import { kappaOf } from '../../statistics/beyond-chance.ts';

/** Pixels by what two raters say of them. Whole numbers in doubles: exact up to 2^53 pixels. */
export interface PairCounts {
  readonly both: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
  readonly neither: number;
}

/** Eight pixels at once. @throws RangeError for masks of different sizes. */
export function countPair(first: BitMask, second: BitMask): PairCounts {
  assertOneSize([first, second]);
  let [both, firstOnly, secondOnly] = [0, 0, 0];
  for (let i = 0; i < first.bytes.length; i++) {
    const [a, b] = [first.bytes[i], second.bytes[i]];
    if ((a | b) === 0) continue;
    both += bitsOf[a & b];
    firstOnly += bitsOf[a & ~b];
    secondOnly += bitsOf[b & ~a];
  }
  const neither = first.width * first.height - both - firstOnly - secondOnly;
  return { both, firstOnly, secondOnly, neither };
}

/** @throws RangeError for masks of different sizes. */
export function assertOneSize(masks: readonly BitMask[]): void {
  const odd = masks.find(({ width, height }) => width !== masks[0].width || height !== masks[0].height);
  if (!odd) return;
  const size = ({ width, height }: BitMask): string => `${width}×${height}`;
  throw new RangeError(`masks differ in size: ${size(masks[0])} and ${size(odd)} pixels`);
}

/** Dice = 2 |A ∩ B| / (|A| + |B|); 1 where both are empty. */
export function pairDice({ both, firstOnly, secondOnly }: PairCounts): number {
  const sum = 2 * both + firstOnly + secondOnly;
  return sum === 0 ? 1 : (2 * both) / sum;
}

/** Cohen's kappa (1960): (p_o - p_e) / (1 - p_e); null without pixels, and where chance agreement is 1. */
export function cohenKappa({ both, firstOnly, secondOnly, neither }: PairCounts): number | null {
  const total = both + firstOnly + secondOnly + neither;
  if (total === 0) return null;
  const [a, b] = [(both + firstOnly) / total, (both + secondOnly) / total];
  return kappaOf((both + neither) / total, a * b + (1 - a) * (1 - b));
}
