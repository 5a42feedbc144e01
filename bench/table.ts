import type { Row } from './suite.ts';

const COLUMNS = ['case', 'ours', 'peer', 'unit', 'ratio', 'goal', ''] as const;

/** The rows as a text table, numbers to the right. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.case,
    number(row.ours),
    number(row.peer),
    row.unit,
    number(row.ratio),
    row.goal === null ? '' : `≤ ${number(row.goal)}`,
    row.pass === null ? '' : row.pass ? 'pass' : 'MISSED',
  ]);
  const widths = COLUMNS.map((title, k) => Math.max(title.length, ...cells.map((line) => line[k].length)));
  const left = new Set([0, 3, 6]);
  const format = (line: readonly string[]) =>
    line
      .map((cell, k) => (left.has(k) ? cell.padEnd(widths[k]) : cell.padStart(widths[k])))
      .join('  ')
      .trimEnd();
  return [
    format(COLUMNS),
    widths
      .map((width) => '-'.repeat(width))
      .join('  ')
      .trimEnd(),
    ...cells.map(format),
  ].join('\n');
}

function number(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 0.01 ? value.toExponential(1) : value.toFixed(Math.abs(value) < 10 ? 2 : 0);
}
