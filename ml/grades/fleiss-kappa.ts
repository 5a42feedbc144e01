import { kappaOf } from '../statistics/beyond-chance.ts';
import { noSettings, why, type GradeMetric } from './grade-metric.ts';
import { agreeingPairs, countGrades } from './observed-agreement.ts';
import { pooledOverSubjects } from './pooled-over-subjects.ts';

/**
 * Fleiss' kappa, (P − Pₑ) / (1 − Pₑ): P the mean over images of the share of agreeing pairs of graders, Pₑ the sum of
 * squares of each grade's share of all grades. Images with fewer than two grades do not enter. Null where all grades
 * are equal.
 */
export const fleissKappa: GradeMetric = {
  name: 'fleiss_kappa',
  summary: 'How far all graders agree beyond chance; every disagreement counts the same.',
  formula: '(P − Pₑ) / (1 − Pₑ), P the mean share of agreeing pairs of graders, Pₑ that by chance',
  citation:
    'Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5), 1971.',
  ...noSettings,
  reconstruction: 'Where images have different numbers of graders each uses its own and weighs the same.',
  history: ['First version.'],
  scale: 'any',
  of: 'all',
  measure: (table, seed) =>
    pooledOverSubjects(table, {
      seed,
      whyNone: why.notTwo,
      whyUndefined: why.equal,
      sumsOf(row) {
        const counted = countGrades(row, table);
        return counted && [1, agreeingPairs(counted.counts, counted.given), ...counted.counts];
      },
      figure([items, agreeing, ...counts]) {
        const all = counts.reduce((sum, count) => sum + count, 0);
        if (all === 0 || counts.includes(all)) return null;
        return kappaOf(
          agreeing / items,
          counts.reduce((sum, count) => sum + (count / all) ** 2, 0),
        );
      },
    }),
};
