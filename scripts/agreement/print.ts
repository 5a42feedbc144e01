import { emptyColumns } from '../client/empty-masks.ts';
import { interval } from '../client/estimate.ts';
import { originLine } from '../client/origin.ts';
import { table } from '../client/table.ts';
import type { Agreement, AgreementRow } from './ask.ts';
import type { WorstImages } from './worst-images.ts';

/**
 * For each structure: what is of all raters, then Dice and kappa of each pair, above and below the diagonal, and the images
 * on which they agree least.
 */
export function formatAgreement(
  { metrics, gradeMetrics, snapshot, run }: Agreement,
  worst: readonly WorstImages[],
): string {
  if (gradeMetrics.length) return [originLine(snapshot), '', ...grades(gradeMetrics)].join('\n');
  const names = snapshot.cohort.dataset.raters.map(({ name }) => name);
  const structures = [...new Set(metrics.map(({ structure }) => structure.name))];
  return [
    originLine(snapshot),
    ...structures.flatMap((structure) => {
      const own = metrics.filter((row) => row.structure.name === structure);
      const images = worst.filter((one) => one.structure === structure);
      return [
        '',
        `${structure}: all raters`,
        ...overall(own),
        ...pairs(own, names),
        ...images.flatMap(worstImages),
      ];
    }),
    ...withoutDistance(run.result),
  ].join('\n');
}

/** Every number of all graders, then of pairs. */
function grades(rows: Agreement['gradeMetrics']): string[] {
  return table(
    ['number', 'graders', 'value', '95 % interval', 'images', 'without'],
    rows.map((row) => [
      row.name,
      row.grader === null ? 'all' : `${row.grader}, ${row.otherGrader}`,
      row.value === null ? `undefined${row.note ? `: ${row.note}` : ''}` : row.value.toFixed(3),
      interval(row),
      String(row.count),
      String(row.undefinedCount),
    ]),
  );
}

function overall(rows: readonly AgreementRow[]): string[] {
  const ofAll = rows.filter(({ rater }) => rater === null);
  const empty = emptyColumns(ofAll, ['all empty', 'some empty']);
  return table(
    ['number', 'value', '95 % interval', 'images', 'without', ...empty.head],
    ofAll.map((row) => [
      row.name,
      row.value === null ? `undefined${row.note ? `: ${row.note}` : ''}` : row.value.toFixed(3),
      interval(row),
      String(row.count),
      String(row.undefinedCount),
      ...empty.of(row),
    ]),
  );
}

function worstImages({ images, of }: WorstImages): string[] {
  if (images.length === 0) return [];
  const title = `Where they disagree most: ${images.length} of ${of} ${of === 1 ? 'image' : 'images'}`;
  return [
    '',
    title,
    ...table(
      ['image', 'mean pairwise Dice', 'lowest Dice', 'of', 'largest distance'],
      images.map(({ path, meanPairwiseDice, pair, distance }) => [
        path,
        meanPairwiseDice.toFixed(3),
        pair.value.toFixed(3),
        `${pair.rater?.name} and ${pair.otherRater?.name}`,
        distance ? `${distance.value.toFixed(1)} ${distance.unit === 'mm' ? 'mm' : 'pixels'}` : '–',
      ]),
    ),
  ];
}

function withoutDistance(result: unknown): string[] {
  const { pairsWithoutDistance: pairs } = (result ?? {}) as { readonly pairsWithoutDistance?: number };
  return pairs ? ['', `Pairs of masks without a distance, as an outline is too long: ${pairs}`] : [];
}

function pairs(rows: readonly AgreementRow[], raters: readonly string[]): string[] {
  if (raters.length < 2) return [];
  const value = (name: string, a: string, b: string): string => {
    const row = rows.find(
      (one) =>
        one.name === name &&
        [one.rater?.name, one.otherRater?.name].sort().join('\n') === [a, b].sort().join('\n'),
    );
    return row?.value == null ? '–' : row.value.toFixed(3);
  };
  const lines = raters.map((rater, i) => [
    rater,
    ...raters.map((other, k) => (i === k ? '' : value(k > i ? 'dice' : 'cohen_kappa', rater, other))),
  ]);
  return ['', 'Pairs: Dice above the diagonal, Cohen’s kappa below', ...table(['', ...raters], lines)];
}
