import { interval } from '../client/estimate.ts';
import { originLine } from '../client/origin.ts';
import { table } from '../client/table.ts';
import type { Agreement, AgreementRow } from './ask.ts';

/** For each structure: what is of all raters, then Dice and kappa of each pair, above and below the diagonal. */
export function formatAgreement({ metrics, gradeMetrics, snapshot }: Agreement): string {
  if (gradeMetrics.length) return [originLine(snapshot), '', ...grades(gradeMetrics)].join('\n');
  const names = snapshot.cohort.dataset.raters.map(({ name }) => name);
  const structures = [...new Set(metrics.map(({ structure }) => structure.name))];
  return [
    originLine(snapshot),
    ...structures.flatMap((structure) => {
      const own = metrics.filter((row) => row.structure.name === structure);
      return ['', `${structure}: all raters`, ...overall(own), ...pairs(own, names)];
    }),
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
  return table(
    ['number', 'value', '95 % interval', 'images', 'without'],
    rows
      .filter(({ rater }) => rater === null)
      .map((row) => [
        row.name,
        row.value === null ? `undefined${row.note ? `: ${row.note}` : ''}` : row.value.toFixed(3),
        interval(row),
        String(row.count),
        String(row.undefinedCount),
      ]),
  );
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
