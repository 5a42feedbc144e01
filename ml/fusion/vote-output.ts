import { z } from 'zod';

/** The settings of what a fusion gives, shared by the classic ones. */
export const voteOutput = {
  /** Soft: shares or posteriors as they are. Hard: 1 where they exceed a half. */
  output: z.enum(['soft', 'hard']).default('soft'),
  /**
   * What exactly a half means in a hard vote, also in the votes that SIMPLE rates raters by. Foreground is the convention
   * of mean ≥ 0.5; half leaves it undecided, 0.5.
   */
  ties: z.enum(['foreground', 'background', 'half']).default('foreground'),
  /** Images read at a time: bounds memory, changes nothing else. */
  imagesAtOnce: z.number().int().positive().default(16),
};

export interface VoteOutput {
  readonly output: 'soft' | 'hard';
  readonly ties: 'foreground' | 'background' | 'half';
}

const TIED = { foreground: 1, background: 0, half: 0.5 } as const;

/** Sums of equal weights in another order differ by some 1e-16: still a tie, or the order of raters would decide it. */
const ROUNDING = 1e-9;

/** A share of votes made 0 or 1, a tie what the policy says. */
export function decide(share: number, ties: VoteOutput['ties']): number {
  if (Math.abs(share - 0.5) < ROUNDING) return TIED[ties];
  return share > 0.5 ? 1 : 0;
}

export function applyOutput(soft: Float32Array, { output, ties }: VoteOutput): Float32Array {
  return output === 'soft' ? soft : soft.map((share) => decide(share, ties));
}
