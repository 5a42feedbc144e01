import { z } from 'zod';
import type { GradeTable } from '../grades/grade-table.ts';
import type { Method } from '../method.ts';

/** What a label fusion says of a grader; null where the method does not judge graders in this way. */
export interface GraderFigures {
  /** P(grade said | grade meant): [classes meant, classes said]; rows sum to one. */
  readonly confusion: Float64Array | null;
  /** GLAD's ability: 0 is guessing, below 0 is knowing and saying otherwise. */
  readonly ability: number | null;
}

export interface FusedGrades {
  /** P(class) of each image: [n, classes]; null where nobody graded it. */
  readonly probabilities: readonly (Float64Array | null)[];
  readonly graders: readonly GraderFigures[]; // [m]
  readonly iterations: number;
  readonly converged: boolean;
}

/** Makes one grade of the grades that several graders gave an image. */
export interface LabelFusion<Config extends TieConfig = TieConfig> extends Method<Config> {
  /** Yields between iterations, so that whoever runs it may do other things in between. */
  fuse(table: GradeTable, config: Config): Generator<void, FusedGrades>;
}

export const ties = z.enum(['unknown', 'lowest', 'highest']).default('unknown').meta({
  description:
    'The grade of an image for which two or more classes are equally probable: none, the lowest or the highest of them.',
  source: 'Our choice: what graders leave undecided is not decided by the order of the values.',
});

export interface TieConfig {
  readonly ties: z.infer<typeof ties>;
}

/** Probabilities that differ by less are a tie: sums of the same numbers in another order differ by some 1e-16. */
const TIE = 1e-9;

/** The most probable class of an image; null where it has none, or `ties` leaves it undecided. */
export function decide(probabilities: Float64Array | null, { ties }: TieConfig): number | null {
  if (!probabilities) return null;
  const most = probabilities.reduce((max, one) => Math.max(max, one), 0);
  const best = [...probabilities.keys()].filter((c) => probabilities[c] > most - TIE);
  if (best.length === 1 || ties === 'lowest') return best[0];
  return ties === 'highest' ? best[best.length - 1] : null;
}

/** Settings of a fusion that iterates. */
export const iterations = {
  tolerance: z.number().nonnegative().default(1e-14).meta({
    description: 'It has converged when the squared changes of all rates sum to less than this.',
    source: 'Our choice, as in the Dawid–Skene fusion of masks: an iteration costs very little.',
    unit: null,
  }),
  maxIterations: z.int().positive().max(10_000).default(1000).meta({
    description: 'Maximum number of iterations. If it has not converged by then, it stops.',
    source: 'Our choice: far more than are needed.',
    unit: 'iterations',
  }),
};
