import { stat } from 'node:fs/promises';
import { addTo } from './add-to.ts';
import { DatasetError, type Problem } from './problem.ts';
import { safePath } from './safe-path.ts';
import { readTable, readTableHeader } from './table.ts';

/** The table is held in memory: the largest of the published ones has 5 MB. */
const BYTE_LIMIT = 64 * 1024 * 1024;

export interface Entry {
  /** Counted from 1, without the header. */
  readonly row: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** The rows of a CSV file by what they speak of. */
export type IndexedTable = ReadonlyMap<string, readonly Entry[]>;

interface TableOptions {
  /** Columns that must be there. */
  readonly columns: readonly string[];
  /** What a row speaks of; '' is a problem of the row, null leaves the row out. */
  readonly keyOf: (cells: Entry['cells']) => string | null;
}

/** @throws DatasetError with everything that is wrong with the table as such. `path` is relative to the root. */
export async function indexTable(
  root: string,
  path: string,
  { columns, keyOf }: TableOptions,
): Promise<IndexedTable> {
  const file = await locate(root, path);
  const header = await readTableHeader(file);
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const message = `there is no column '${missing.join("', '")}': the columns are ${header.join(', ')}`;
    throw new DatasetError([{ file: path, row: null, field: 'table', message }]);
  }
  const entries = new Map<string, Entry[]>();
  const problems: Problem[] = [];
  let row = 0;
  for await (const { cells, problem } of readTable(file)) {
    row++;
    const key = problem === null ? keyOf(cells) : null;
    const message = problem ?? (key === '' ? 'is empty' : null);
    if (message !== null) problems.push({ file: path, row, field: problem ? 'table' : columns[0], message });
    if (key === null || key === '') continue;
    addTo(entries, key, { row, cells });
  }
  if (problems.length > 0) throw new DatasetError(problems);
  return entries;
}

async function locate(root: string, path: string): Promise<string> {
  const fail = (message: string) => new DatasetError([{ file: path, row: null, field: 'table', message }]);
  const file = await safePath(root, path).catch((error: Error) => {
    throw fail(error.message);
  });
  const found = await stat(file);
  if (!found.isFile()) throw fail('is no file');
  if (found.size > BYTE_LIMIT) throw fail(`is larger than ${BYTE_LIMIT / 2 ** 20} MiB`);
  return file;
}

/** Whether a CSV file has these columns. What cannot be read has none; nobody waits for a pipe. */
export async function hasColumns(file: string, columns: readonly string[]): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return false;
  const header: readonly string[] = await readTableHeader(file).catch(() => []);
  return columns.every((column) => header.includes(column));
}
