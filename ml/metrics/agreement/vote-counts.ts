import { rowBytes, stripsOf, type BitMask, type Strip } from '../../data/bit-mask.ts';
import { alphaOf, kappaOf } from '../../statistics/beyond-chance.ts';
import { assertOneSize } from './pair-counts.ts';

/**
 * How many pixels had n raters of whom k said yes: `counts.get(n)[k]`. All that agreement on binary masks depends on,
 * so images of any size are streamed into it. Whole numbers in doubles: exact up to 2^53 pixels.
 */
export type VoteCounts = Map<number, Float64Array>;

/** How many of the masks of one image say yes at each pixel of these rows: [to - from, width]. */
export function votesIn(masks: readonly BitMask[], { from, to }: Strip): Uint16Array {
  const { width } = masks[0];
  const stride = rowBytes(width);
  const votes = new Uint16Array((to - from) * width);
  for (const { bytes } of masks) {
    for (let y = from; y < to; y++) {
      for (let b = 0; b < stride; b++) {
        const byte = bytes[y * stride + b];
        if (byte === 0) continue;
        const pixel = (y - from) * width + 8 * b;
        for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) votes[pixel + bit] += 1;
      }
    }
  }
  return votes;
}

/**
 * Adds one image, a strip at a time: the masks of those raters who annotated it.
 * @throws RangeError for masks of different sizes.
 */
export function addVotes(counts: VoteCounts, masks: readonly BitMask[]): void {
  if (masks.length === 0) return;
  assertOneSize(masks);
  const n = masks.length;
  const row = counts.get(n) ?? new Float64Array(n + 1);
  counts.set(n, row);
  for (const strip of stripsOf(masks[0])) {
    for (const votes of votesIn(masks, strip)) row[votes] += 1;
  }
}

/** Sums over pixels that both figures below are made of: those of two images add up to those of both together. */
export interface VoteTotals {
  /** Pixels that two or more raters annotated, their votes, and those that said yes. */
  readonly items: number;
  readonly votes: number;
  readonly yes: number;
  /** Sum over pixels of the share of agreeing pairs. */
  readonly agreeing: number;
  /** Sum over pixels of 2 k (n - k) / (n - 1). */
  readonly disagreeing: number;
}

export function voteTotals(counts: VoteCounts): VoteTotals {
  let [items, votes, yes, agreeing, disagreeing] = [0, 0, 0, 0, 0];
  for (const [n, row] of counts) {
    if (n < 2) continue;
    row.forEach((count, k) => {
      const mixed = (2 * k * (n - k)) / (n - 1);
      items += count;
      votes += count * n;
      yes += count * k;
      agreeing += count * (1 - mixed / n);
      disagreeing += count * mixed;
    });
  }
  return { items, votes, yes, agreeing, disagreeing };
}

/**
 * Fleiss' kappa (1971): (P - P_e) / (1 - P_e), P the mean over pixels of the share of agreeing pairs of raters, P_e the
 * sum of squares of the two categories' shares of all votes. Where n differs between pixels each pixel uses its own n
 * and weighs the same (our choice). Pixels with fewer than two raters do not enter. Null without any, or where all votes are equal.
 */
export function fleissKappa({ items, votes, yes, agreeing }: VoteTotals): number | null {
  if (items === 0 || yes === 0 || yes === votes) return null;
  return kappaOf(agreeing / items, (yes / votes) ** 2 + (1 - yes / votes) ** 2);
}

/** Krippendorff's alpha, nominal: 1 - D_o / D_e from coincidences within pixels; null as Fleiss' kappa is. */
export function krippendorffAlpha({ votes, yes, disagreeing }: VoteTotals): number | null {
  return alphaOf({ observed: disagreeing, byChance: 2 * yes * (votes - yes), values: votes });
}
