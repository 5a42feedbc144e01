import { stat } from 'node:fs/promises';
import { configOf } from '../../settings/config-of.ts';
import { readers } from './index.ts';
import { normalPath } from './normal-form.ts';
import { DatasetError } from './problem.ts';
import type { Dataset, Reader, RowResult } from './reader.ts';

interface OpenOptions {
  /** A reader's name; left out: the first that recognises the path. */
  readonly format?: string | null;
  /** The reader's settings. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Opens a folder, or the file that describes it, with the reader for it.
 * @throws InputError for an unknown format; SettingsError for options that are not the reader's; DatasetError where no
 * reader recognises the path, or where its description cannot be read.
 */
export async function openDataset(
  path: string,
  { format, options = {} }: OpenOptions = {},
): Promise<Dataset> {
  const reader = format ? readers.get(format) : await recognise(path);
  const dataset = await reader.open(path, configOf(reader, { config: options, field: 'options' }));
  return { ...dataset, rows: () => normalRows(dataset.rows()) };
}

/** An image has one name, however its path is written. */
async function* normalRows(rows: AsyncIterable<RowResult>): AsyncGenerator<RowResult> {
  for await (const result of rows) {
    if ('problems' in result) yield result;
    else {
      const { row } = result;
      const path = normalPath(row.path);
      yield { row: { ...row, path, subject: row.subject === row.path ? path : row.subject } };
    }
  }
}

async function recognise(path: string): Promise<Reader> {
  const fail = (field: string, message: string) =>
    new DatasetError([{ file: path, row: null, field, message }]);
  if (!(await stat(path).catch(() => null))) throw fail('path', 'there is no such file or folder');
  for (const reader of readers.list()) if (await reader.recognises(path)) return reader;
  const known = readers.list().map(({ name, summary }) => `${name} (${summary.replace(/\.$/, '')})`);
  throw fail('format', `no known format: expected one of ${known.join('; ')}`);
}
