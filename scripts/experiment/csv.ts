import { csvTable } from '../client/csv-table.ts';
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

/** A row a number, each with its seeds and the hash of the cohort that it was computed on. */
export function csv({ rows, snapshot }: Pick<ExperimentResult, 'rows' | 'snapshot'>): string {
  return csvTable(
    [...columns, 'seeds', 'cohort'],
    rows.map((row) => [...columns.map((column) => row[column]), row.seeds.join(' '), snapshot.hash]),
  );
}
