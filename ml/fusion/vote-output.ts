import { z } from 'zod';

/** The settings of what a fusion gives, shared by the classic ones. */
export const voteOutput = {
  output: z.enum(['soft', 'hard']).default('soft').meta({
    description:
      'soft: the shares of votes or the posteriors themselves. hard: 1 where they exceed one half, 0 elsewhere.',
    source: "The paper's majority vote is the mean of the masks.",
  }),
  ties: z.enum(['foreground', 'background', 'half']).default('foreground').meta({
    description:
      'How a hard vote resolves exactly one half, also in the votes by which SIMPLE rates raters. half leaves it at 0.5.',
    source: 'Foreground follows the convention mean ≥ 0.5.',
  }),
  imagesAtOnce: z.int().min(1).default(16).meta({
    description: 'Images that are read and held in memory at once. Does not change the result.',
    source: 'Our choice, to bound memory.',
    unit: 'images',
  }),
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

/** What shares of so many raters become. A hard vote is 0, 1 or, undecided, one half. */
export function partsOf(raters: number, { output }: VoteOutput): number {
  return output === 'soft' ? raters : 2;
}
