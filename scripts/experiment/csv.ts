import type { ExperimentResult, ResultRow } from './ask.ts';

const columns = [
  'protocol',
  'method',
  'model',
  'rater',
  'against',
  'metric',
  'value',
  'low',
  'high',
  'interval',
  'pValue',
  'transductive',
  'note',
  'paper',
] as const satisfies readonly (keyof ResultRow)[];

/** RFC 4180, a row a number, each with its seeds and the hash of the cohort that it was computed on. */
export function csv({ rows, snapshot }: Pick<ExperimentResult, 'rows' | 'snapshot'>): string {
  const lines = rows.map((row) =>
    [...columns.map((column) => row[column]), row.seeds.join(' '), snapshot.hash].map(field).join(','),
  );
  return `${[[...columns, 'seeds', 'cohort'].join(','), ...lines].join('\r\n')}\r\n`;
}

function field(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
