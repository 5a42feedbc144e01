import { z } from 'zod';

/** The settings of what a fusion gives, shared by the classic ones. */
export const voteOutput = {
  /** Soft: shares or posteriors as they are. Hard: 1 where they exceed a half. */
  output: z.enum(['soft', 'hard']).default('soft'),
  /** What exactly a half means in a hard vote. Foreground is the convention of mean ≥ 0.5. */
  ties: z.enum(['foreground', 'background']).default('foreground'),
  /** Images read at a time: bounds memory, changes nothing else. */
  imagesAtOnce: z.number().int().positive().default(16),
};

export interface VoteOutput {
  readonly output: 'soft' | 'hard';
  readonly ties: 'foreground' | 'background';
}

/** A share of votes made 0 or 1. */
export function decide(share: number, ties: VoteOutput['ties']): 0 | 1 {
  return share > 0.5 || (share === 0.5 && ties === 'foreground') ? 1 : 0;
}

export function applyOutput(soft: Float32Array, { output, ties }: VoteOutput): Float32Array {
  return output === 'soft' ? soft : soft.map((share) => decide(share, ties));
}
