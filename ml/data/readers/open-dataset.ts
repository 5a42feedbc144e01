import { stat } from 'node:fs/promises';
import { readers } from './index.ts';
import { DatasetError } from './problem.ts';
import type { Dataset, Reader } from './reader.ts';

interface OpenOptions {
  /** A reader's name; left out: the first that recognises the path. */
  readonly format?: string | null;
  /** The reader's settings. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Opens a folder, or the file that describes it, with the reader for it.
 * @throws InputError for an unknown format; DatasetError where no reader recognises the path, where the options are
 * not the reader's, or where the description cannot be read.
 */
export async function openDataset(
  path: string,
  { format, options = {} }: OpenOptions = {},
): Promise<Dataset> {
  const reader = format ? readers.get(format) : await recognise(path);
  return reader.open(path, optionsOf(reader, options, path));
}

async function recognise(path: string): Promise<Reader> {
  const fail = (field: string, message: string) =>
    new DatasetError([{ file: path, row: null, field, message }]);
  if (!(await stat(path).catch(() => null))) throw fail('path', 'there is no such file or folder');
  for (const reader of readers.list()) if (await reader.recognises(path)) return reader;
  const known = readers.list().map(({ name, summary }) => `${name} (${summary.replace(/\.$/, '')})`);
  throw fail('format', `no known format: expected one of ${known.join('; ')}`);
}

function optionsOf(reader: Reader, options: Readonly<Record<string, unknown>>, file: string): unknown {
  const parsed = reader.config.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new DatasetError(
    parsed.error.issues.map((issue) => {
      const field = ['options', ...issue.path].join('.');
      return { file, row: null, field, message: `${issue.message} (format '${reader.name}')` };
    }),
  );
}
