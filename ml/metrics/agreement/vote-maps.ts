import type { BitMask, Strip } from '../../data/bit-mask.ts';
import { assertOneSize } from './pair-counts.ts';
import { votesIn } from './vote-counts.ts';

/** Values of these rows: [to - from, width]. */
export type RowsOf = (strip: Strip) => Float32Array;

export interface VoteMaps {
  /** Share of the annotators on the majority's side, 0.5 to 1. */
  readonly agreement: RowsOf;
  /** Entropy of their votes in bits, 0 (all agree) to 1 (evenly split). */
  readonly entropy: RowsOf;
}

/**
 * Where the masks of one structure in one image agree. With k of n votes at a pixel and p = k / n: agreement =
 * max(p, 1 - p), entropy = -p log2 p - (1 - p) log2 (1 - p). One mask agrees with itself: 1 and 0. The maps are drawn
 * strip by strip, so that those of a large image need not be in memory.
 * @throws RangeError without masks, and for masks of different sizes.
 */
export function voteMaps(masks: readonly BitMask[]): VoteMaps {
  if (masks.length === 0) throw new RangeError('no masks: their agreement has no map');
  assertOneSize(masks);
  return {
    agreement: rowsOf(masks, (p) => Math.max(p, 1 - p)),
    entropy: rowsOf(masks, (p) => bits(p) + bits(1 - p)),
  };
}

function rowsOf(masks: readonly BitMask[], value: (share: number) => number): RowsOf {
  const values = Float32Array.from({ length: masks.length + 1 }, (_, k) => value(k / masks.length));
  return (strip) => {
    const votes = votesIn(masks, strip);
    const rows = new Float32Array(votes.length); // filled by hand: Float32Array.from makes an object of each pixel
    for (let i = 0; i < rows.length; i++) rows[i] = values[votes[i]];
    return rows;
  };
}

const bits = (p: number): number => (p === 0 ? 0 : -p * Math.log2(p));
