import { votesOf } from './vote-counts.ts';

export interface VoteMaps {
  /** Share of the annotators on the majority's side, 0.5 to 1: [h, w]. */
  readonly agreement: Float32Array;
  /** Entropy of their votes in bits, 0 (all agree) to 1 (evenly split): [h, w]. */
  readonly entropy: Float32Array;
}

/**
 * Where the masks (0 and 1: [h, w]) of one structure in one image agree. With k of n votes at a pixel and p = k / n:
 * agreement = max(p, 1 - p), entropy = -p log2 p - (1 - p) log2 (1 - p). One mask agrees with itself: 1 and 0.
 */
export function voteMaps(masks: readonly ArrayLike<number>[]): VoteMaps {
  if (masks.length === 0) throw new RangeError('no masks: their agreement has no map');
  const shares = Array.from({ length: masks.length + 1 }, (_, k) => k / masks.length);
  const agreement = Float32Array.from(shares, (p) => Math.max(p, 1 - p));
  const entropy = Float32Array.from(shares, (p) => bits(p) + bits(1 - p));
  const votes = votesOf(masks);
  return {
    agreement: Float32Array.from(votes, (k) => agreement[k]),
    entropy: Float32Array.from(votes, (k) => entropy[k]),
  };
}

const bits = (p: number): number => (p === 0 ? 0 : -p * Math.log2(p));
