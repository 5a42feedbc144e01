import { createReadStream } from 'node:fs';
import { parse, type Options } from 'csv-parse';
import { DatasetError } from './problem.ts';

const OPTIONS: Options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: false };

/** Names of a CSV file's columns. */
export async function readTableHeader(file: string): Promise<string[]> {
  for await (const record of records(file, { ...OPTIONS, to: 1 })) {
    const header = record as string[];
    const twice = header.find((column, index) => header.indexOf(column) < index);
    if (twice !== undefined) {
      const message = twice.startsWith('mask:')
        ? 'two masks for the same rater and structure: the column is there twice'
        : 'the column is there twice';
      throw new DatasetError([{ file, row: null, field: twice, message }]);
    }
    return header;
  }
  throw new DatasetError([{ file, row: null, field: 'table', message: 'is empty' }]);
}

export interface TableRow {
  cells: Record<string, string>;
  /** What is wrong with the row as such: it has more or fewer cells than the header. */
  problem: string | null;
}

/** The rows of a CSV file as objects, one at a time. */
export async function* readTable(file: string): AsyncGenerator<TableRow> {
  for await (const item of records(file, {
    ...OPTIONS,
    columns: true,
    relax_column_count: true,
    info: true,
  })) {
    const { record, info } = item as { record: Record<string, string>; info: RowInfo };
    const problem = info.error
      ? `has ${info.error.record.length} cells where the header has ${info.columns.length}`
      : null;
    yield { cells: record, problem };
  }
}

/** The part that is used of what csv-parse says of a row. */
interface RowInfo {
  columns: unknown[];
  error?: { record: unknown[] };
}

async function* records(file: string, options: Options): AsyncGenerator<unknown> {
  const input = createReadStream(file);
  const parser = input.pipe(parse(options));
  // pipe does not carry errors on.
  input.on('error', (error) => parser.destroy(error));
  try {
    for await (const record of parser) yield record;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    if (!code?.startsWith('CSV_')) throw error;
    const line = (error as { lines?: number }).lines;
    throw new DatasetError([{ file, row: line ? line - 1 : null, field: 'table', message }]);
  } finally {
    input.destroy();
  }
}
