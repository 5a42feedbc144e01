import { alphaOf } from '../statistics/beyond-chance.ts';
import { noSettings, why, type GradeMetric } from './grade-metric.ts';
import { pooledOverSubjects } from './pooled-over-subjects.ts';
import { countGrades } from './observed-agreement.ts';

/** Squared difference of grades a < b, given how often each grade occurs: [classes]. */
type Difference = (a: number, b: number, counts: ArrayLike<number>) => number;

/**
 * Krippendorff's alpha, 1 − Dₒ / Dₑ, from the coincidences of grades within images; graders need not grade the same
 * images. An image with one grade does not enter. The level of measurement decides how far apart two grades are:
 * nominal 1; interval (a − b)², grades being their places on the scale; ordinal the square of the grades that lie from
 * a to b, the two themselves counted half. Null where all grades are equal.
 */
function alpha(
  level: string,
  scale: GradeMetric['scale'],
  words: Pick<GradeMetric, 'summary' | 'formula'>,
  difference: Difference,
): GradeMetric {
  return {
    name: `krippendorff_alpha_${level}`,
    ...words,
    citation: `Krippendorff, Content analysis: an introduction to its methodology, 1980; ${level}.`,
    ...noSettings,
    reconstruction: null,
    history: ['First version.'],
    scale,
    of: 'all',
    measure: (table, seed) =>
      pooledOverSubjects(table, {
        seed,
        whyNone: why.notTwo,
        whyUndefined: why.equal,
        sumsOf(row) {
          const counted = countGrades(row, table);
          return counted && coincidences(counted.counts, counted.given);
        },
        figure: (sums) => alphaOfCoincidences(sums, table.classes, difference),
      }),
  };
}

/** Ordered pairs of grades of different graders, those of an image weighing as much as its grades: [classes, classes]. */
function coincidences(counts: Float64Array, given: number): Float64Array {
  const classes = counts.length;
  return Float64Array.from({ length: classes * classes }, (_, cell) => {
    const [a, b] = [Math.floor(cell / classes), cell % classes];
    return (counts[a] * (counts[b] - (a === b ? 1 : 0))) / (given - 1);
  });
}

function alphaOfCoincidences(
  sums: readonly number[],
  classes: number,
  difference: Difference,
): number | null {
  const counts = Float64Array.from({ length: classes }, (_, a) =>
    sums.slice(a * classes, (a + 1) * classes).reduce((sum, one) => sum + one, 0),
  );
  const values = counts.reduce((sum, count) => sum + count, 0);
  let [observed, byChance] = [0, 0];
  for (let a = 0; a < classes; a++) {
    for (let b = a + 1; b < classes; b++) {
      const apart = difference(a, b, counts);
      observed += 2 * sums[a * classes + b] * apart;
      byChance += 2 * counts[a] * counts[b] * apart;
    }
  }
  return alphaOf({ observed, byChance, values });
}

export const nominalAlpha = alpha(
  'nominal',
  'any',
  {
    summary:
      'How far all graders agree beyond chance, whoever graded what; every disagreement counts the same.',
    formula: '1 − Dₒ / Dₑ, δ² = 1 where the grades differ',
  },
  () => 1,
);

export const ordinalAlpha = alpha(
  'ordinal',
  'ordinal',
  {
    summary: 'How far all graders agree beyond chance; a disagreement counts by the grades that lie between.',
    formula: '1 − Dₒ / Dₑ, δ² = (n_a / 2 + … + n_b / 2)², n_c how often grade c is given',
  },
  (a, b, counts) => {
    let between = (counts[a] + counts[b]) / 2;
    for (let c = a + 1; c < b; c++) between += counts[c];
    return between ** 2;
  },
);

export const intervalAlpha = alpha(
  'interval',
  'ordinal',
  {
    summary: 'How far all graders agree beyond chance; a disagreement counts by the square of the steps.',
    formula: '1 − Dₒ / Dₑ, δ² = (a − b)²',
  },
  (a, b) => (a - b) ** 2,
);
