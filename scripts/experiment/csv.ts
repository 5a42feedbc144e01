import { csvTable } from '../client/csv-table.ts';
import type { ExperimentResult, ResultRow } from '../client/run-experiment.ts';

const columns = [
  'protocol',
  'method',
  'model',
  'judge',
  'rater',
  'structure',
  'against',
  'metric',
  'value',
  'low',
  'high',
  'interval',
  'pValue',
  'fold',
  'transductive',
  'note',
  'paper',
  'bothEmptyCount',
  'oneEmptyCount',
] as const satisfies readonly (keyof ResultRow)[];

/** A row a number, each with its seeds and the hash of the cohort that it was computed on. */
export function csv({ rows, snapshot }: Pick<ExperimentResult, 'rows' | 'snapshot'>): string {
  return csvTable(
    [...columns, 'seeds', 'cohort'],
    rows.map((row) => [...columns.map((column) => row[column]), row.seeds.join(' '), snapshot.hash]),
  );
}
