import { noSettings, why, type GradeMetric } from './grade-metric.ts';
import { givenGrades, type GradeTable } from './grade-table.ts';
import { pooledOverSubjects } from './pooled-over-subjects.ts';

/** Share of pairs of different graders who gave an image the same grade, from how often it got each grade. */
export function agreeingPairs(counts: ArrayLike<number>, grades: number): number {
  let pairs = 0;
  for (let c = 0; c < counts.length; c++) pairs += counts[c] * (counts[c] - 1);
  return pairs / (grades * (grades - 1));
}

/** How often an image got each grade, and how many it got; null with fewer than two. */
export function countGrades(
  row: readonly (number | null)[],
  { classes }: GradeTable,
): { counts: Float64Array; given: number } | null {
  const grades = givenGrades(row);
  if (grades.length < 2) return null;
  const counts = new Float64Array(classes);
  for (const grade of grades) counts[grade] += 1;
  return { counts, given: grades.length };
}

/** The mean over images of the share of agreeing pairs of graders; chance is not taken off. */
export const observedAgreement: GradeMetric = {
  name: 'observed_agreement',
  summary: 'Share of pairs of graders who give an image the same grade, mean over images; chance included.',
  formula: 'mean of Σ n_c (n_c − 1) / (n (n − 1)), n_c graders of n who give grade c',
  citation:
    'Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5), 1971; P.',
  ...noSettings,
  reconstruction: 'Images with different numbers of graders weigh the same.',
  history: ['First version.'],
  scale: 'any',
  of: 'all',
  measure: (table, seed) =>
    pooledOverSubjects(table, {
      seed,
      whyNone: why.notTwo,
      whyUndefined: why.notTwo,
      sumsOf(row) {
        const counted = countGrades(row, table);
        return counted && [1, agreeingPairs(counted.counts, counted.given)];
      },
      figure: ([items, agreeing]) => (items > 0 ? agreeing / items : null),
    }),
};
