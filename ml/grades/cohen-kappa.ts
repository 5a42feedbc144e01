import { noSettings, why, type GradeMetric } from './grade-metric.ts';
import type { GradeTable } from './grade-table.ts';
import { pooledOverSubjects } from './pooled-over-subjects.ts';

/** How far apart two grades are. */
type Weight = (a: number, b: number) => number;

/**
 * Cohen's kappa of two graders, 1 − Σ w O / Σ w E: O the share of images with each pair of grades, E the share that
 * chance gives by how often each grader gives each grade, w the weight of the disagreement (Cohen 1968). With w = 1 for
 * all that differs it is Cohen's kappa of 1960. Only images that both graded enter. Null where chance gives no
 * disagreement: both give one grade, the same, throughout.
 */
function cohen(
  name: string,
  scale: GradeMetric['scale'],
  words: Pick<GradeMetric, 'summary' | 'formula' | 'citation'>,
  weight: Weight,
): GradeMetric {
  return {
    name,
    ...words,
    ...noSettings,
    reconstruction: null,
    history: ['First version.'],
    scale,
    of: 'pair',
    measure: (table, seed) =>
      pooledOverSubjects(table, {
        seed,
        whyNone: why.notBoth,
        whyUndefined: why.equal,
        sumsOf: (row) => jointGrades(row, table),
        figure: (joint) => weightedKappa(joint, table.classes, weight),
      }),
  };
}

/** 1 in the cell of both grades: [classes, classes]. */
function jointGrades([a, b]: readonly (number | null)[], { classes }: GradeTable): Float64Array | null {
  if (a === null || b === null) return null;
  const joint = new Float64Array(classes * classes);
  joint[a * classes + b] = 1;
  return joint;
}

/** `joint`: images by first and second grade, [classes, classes]. */
export function weightedKappa(joint: ArrayLike<number>, classes: number, weight: Weight): number | null {
  const [first, second] = [new Float64Array(classes), new Float64Array(classes)];
  let [observed, byChance, total] = [0, 0, 0];
  for (let a = 0; a < classes; a++) {
    for (let b = 0; b < classes; b++) {
      const count = joint[a * classes + b];
      first[a] += count;
      second[b] += count;
      total += count;
      observed += weight(a, b) * count;
    }
  }
  for (let a = 0; a < classes; a++)
    for (let b = 0; b < classes; b++) byChance += weight(a, b) * first[a] * second[b];
  return byChance === 0 ? null : 1 - (observed * total) / byChance;
}

export const cohenKappa = cohen(
  'cohen_kappa',
  'any',
  {
    summary: 'How far two graders agree beyond chance; every disagreement counts the same.',
    formula: '1 − Σ w O / Σ w E, w = 1 where the grades differ',
    citation: 'Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20, 1960.',
  },
  (a, b) => (a === b ? 0 : 1),
);

const weighted = 'Cohen, Weighted kappa, Psychological Bulletin 70(4), 1968';

export const linearKappa = cohen(
  'linear_weighted_kappa',
  'ordinal',
  {
    summary:
      'How far two graders agree beyond chance; a disagreement counts by the steps between the grades.',
    formula: '1 − Σ w O / Σ w E, w = |a − b|',
    citation: `${weighted}; linear weights.`,
  },
  (a, b) => Math.abs(a - b),
);

export const quadraticKappa = cohen(
  'quadratic_weighted_kappa',
  'ordinal',
  {
    summary: 'How far two graders agree beyond chance; a disagreement counts by the square of the steps.',
    formula: '1 − Σ w O / Σ w E, w = (a − b)²',
    citation: `${weighted}; quadratic weights, as Fleiss and Cohen, 1973.`,
  },
  (a, b) => (a - b) ** 2,
);
