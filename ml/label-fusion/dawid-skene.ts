import { z } from 'zod';
import type { GradeTable } from '../grades/grade-table.ts';
import { iterations, ties, type LabelFusion } from './label-fusion.ts';
import { normaliseLogs } from './normalise-logs.ts';
import { voteShares } from './vote-shares.ts';

const config = z.strictObject({
  ties,
  ...iterations,
  clip: z.number().positive().max(0.1).default(1e-10).meta({
    description: 'Expected counts and the prior are kept above this, so that nothing is impossible.',
    source: "crowd-kit's value.",
    unit: null,
  }),
});
type Config = z.infer<typeof config>;

/** What is known of the graders: P(said | meant) of each, [m, classes meant, classes said], and the classes' prior. */
interface Rates {
  readonly prior: Float64Array;
  readonly confusions: readonly Float64Array[];
}

/**
 * Dawid and Skene over classes: EM over the hidden class of each image, the classes' prior and each grader's confusion
 * matrix, from the shares of votes on. E-step: P(class) ∝ prior · Π over graders of P(said | class). M-step: expected
 * counts, normalised. A grader whom some images lack counts in the others.
 */
export const dawidSkene: LabelFusion<Config> = {
  name: 'dawid-skene',
  summary:
    'Alternately estimates each image’s value, how common values are, and each grader’s confusion matrix.',
  citation:
    'Dawid, Skene: Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, Appl. Statist. 28(1), 1979.',
  reconstruction: null,
  history: ['First version.'],
  config,
  presets: {},
  *fuse(table, { tolerance, maxIterations, clip }) {
    let probabilities = voteShares(table);
    let rates = readRates(table, probabilities, clip);
    let [iteration, converged] = [0, false];
    while (!converged && iteration < maxIterations) {
      probabilities = expectClasses(table, rates);
      const next = readRates(table, probabilities, clip);
      converged = squaredChange(rates, next) < tolerance;
      rates = next;
      iteration += 1;
      yield;
    }
    return {
      probabilities,
      graders: rates.confusions.map((confusion) => ({ confusion, ability: null })),
      iterations: iteration,
      converged,
    };
  },
};

/** The E-step, in log space. */
function expectClasses(
  { grades, classes }: GradeTable,
  { prior, confusions }: Rates,
): (Float64Array | null)[] {
  const logs = confusions.map((confusion) => confusion.map(Math.log));
  const start = prior.map(Math.log);
  return grades.map((row) => {
    if (row.every((grade) => grade === null)) return null;
    const sums = start.slice();
    row.forEach((said, j) => {
      if (said === null) return;
      for (let c = 0; c < classes; c++) sums[c] += logs[j][c * classes + said];
    });
    return normaliseLogs(sums);
  });
}

/** The M-step. */
function readRates(
  { grades, graders, classes }: GradeTable,
  probabilities: readonly (Float64Array | null)[],
  clip: number,
): Rates {
  const prior = new Float64Array(classes);
  const counts = graders.map(() => new Float64Array(classes * classes));
  probabilities.forEach((shares, i) => {
    shares?.forEach((share, c) => {
      prior[c] += share;
      grades[i].forEach((said, j) => {
        if (said !== null) counts[j][c * classes + said] += share;
      });
    });
  });
  const confusions = counts.map((count) =>
    normaliseRows(
      count.map((one) => Math.max(clip, one)),
      classes,
    ),
  );
  return {
    prior: normaliseRows(
      prior.map((one) => Math.max(clip, one)),
      classes,
    ),
    confusions,
  };
}

function normaliseRows(cells: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(cells.length / width);
  cells.forEach((cell, i) => (sums[Math.floor(i / width)] += cell));
  return cells.map((cell, i) => cell / sums[Math.floor(i / width)]);
}

function squaredChange(a: Rates, b: Rates): number {
  const change = (x: Float64Array, y: Float64Array) => x.reduce((sum, one, i) => sum + (one - y[i]) ** 2, 0);
  return a.confusions.reduce((sum, one, j) => sum + change(one, b.confusions[j]), change(a.prior, b.prior));
}
