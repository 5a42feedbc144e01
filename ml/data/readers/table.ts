import { Readable } from 'node:stream';
import { parse, type Options } from 'csv-parse';
import { DatasetError } from './problem.ts';
import { readTextPieces } from './text-file.ts';

const OPTIONS: Options = { trim: true, skip_empty_lines: true, relax_column_count: false };
/** In the order in which they are preferred. */
const SEPARATORS = [',', ';', '\t', '|'];

/** How a table is written. */
export interface TableForm {
  readonly encoding?: string;
  /** What stands between cells: as Excel's first line 'sep=;' says, else what parts the first lines evenly. */
  readonly separator: string;
  /** The names of its columns; '' for one without a name, which is not read. */
  readonly header: readonly string[];
}

/** Looks at the beginning of a CSV file. @throws DatasetError where it cannot be a table. */
export async function readTableForm(file: string, encoding?: string): Promise<TableForm> {
  const fail = (field: string, message: string) => new DatasetError([{ file, row: null, field, message }]);
  let separator: string | undefined;
  for await (const text of readTextPieces(file, { field: 'table', encoding })) {
    separator = declaredSeparator(text) ?? findSeparator(text);
    break;
  }
  if (separator === undefined) throw fail('table', 'is empty');
  const form = { encoding, separator };
  for await (const record of records(file, form, { to: 1 })) {
    const header = (record as string[]).map((column) => column.trim());
    const zero = header.find((column) => column.includes('\0'));
    if (zero !== undefined)
      throw fail('table', `the column ${JSON.stringify(zero)} has a zero character in its name`);
    const twice = header.find((column, index) => column !== '' && header.indexOf(column) < index);
    if (twice === undefined) return { ...form, header };
    const message = twice.startsWith('mask:')
      ? 'two masks for the same rater and structure: the column is there twice'
      : 'the column is there twice';
    throw fail(twice, message);
  }
  throw fail('table', 'is empty');
}

export interface TableRow {
  readonly cells: Readonly<Record<string, string>>;
  /** What is wrong with the row as such: it has more or fewer cells than the header, or a zero character. */
  readonly problem: { readonly field: string; readonly message: string } | null;
}

/** The rows of a CSV file as objects, one at a time. */
export async function* readTable(file: string, form: TableForm): AsyncGenerator<TableRow> {
  const columns = form.header.map((column) => (column === '' ? false : column));
  for await (const item of records(file, form, {
    columns: () => columns,
    relax_column_count: true,
    info: true,
  })) {
    const { record, info } = item as { record: Record<string, string>; info: RowInfo };
    yield { cells: record, problem: problemOf(record, info, columns.length) };
  }
}

/** The part that is used of what csv-parse says of a row. */
interface RowInfo {
  error?: { record: unknown[] };
}

function problemOf(cells: Record<string, string>, { error }: RowInfo, columns: number): TableRow['problem'] {
  if (error)
    return { field: 'table', message: `has ${error.record.length} cells where the header has ${columns}` };
  const zero = Object.keys(cells).find((column) => cells[column].includes('\0'));
  return zero === undefined ? null : { field: zero, message: 'has a zero character in it' };
}

async function* records(
  file: string,
  { encoding, separator }: Pick<TableForm, 'encoding' | 'separator'>,
  options: Options,
): AsyncGenerator<unknown> {
  const input = Readable.from(withoutDeclaration(readTextPieces(file, { field: 'table', encoding })));
  const parser = input.pipe(parse({ ...OPTIONS, delimiter: separator, ...options }));
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

const DECLARATION = /^sep=(.)\r?(?:\n|$)/i;

/** What Excel writes into the first line, and reads from it. */
const declaredSeparator = (text: string): string | undefined => DECLARATION.exec(text)?.[1];

async function* withoutDeclaration(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const piece of pieces) {
    yield first ? piece.replace(DECLARATION, '') : piece;
    first = false;
  }
}

/** The separator that the first lines hold equally often; where none does, the one that the header holds most often. */
function findSeparator(text: string): string {
  const unquoted = text.slice(0, 1 << 20).replace(/"(?:[^"]|"")*"/g, '');
  const lines = unquoted
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  const counts = SEPARATORS.map((separator) => lines.map((line) => line.split(separator).length - 1));
  const inHeader = (index: number): number => counts[index][0] ?? 0;
  const even = (index: number): boolean => counts[index].every((count) => count === inHeader(index));
  const rank = (index: number): number => (even(index) ? 1e6 : 0) + inHeader(index);
  const [best] = [...SEPARATORS.keys()].filter(inHeader).sort((a, b) => rank(b) - rank(a));
  return SEPARATORS[best ?? 0];
}
