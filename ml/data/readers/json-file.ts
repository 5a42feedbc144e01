import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { DatasetError } from './problem.ts';

interface JsonOptions {
  /** What the file is called in messages. */
  readonly field: string;
  /** In bytes. */
  readonly limit: number;
  /** What to do about a larger file. */
  readonly remedy: string;
}

/** Reads a JSON file, with or without a byte order mark. @throws DatasetError where it is too large or not JSON. */
export async function readJson(file: string, { field, limit, remedy }: JsonOptions): Promise<unknown> {
  const fail = (message: string) => new DatasetError([{ file, row: null, field, message }]);
  if ((await stat(file)).size > limit) throw fail(`is larger than ${limit / 2 ** 20} MiB: ${remedy}`);
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  if (text.trim() === '') throw fail('is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail(`is not JSON: ${(error as Error).message}`);
  }
}

const [quote, backslash, colon] = [...'"\\:'].map((character) => character.charCodeAt(0));
const opening = new Set([...'{['].map((character) => character.charCodeAt(0)));
const closing = new Set([...'}]'].map((character) => character.charCodeAt(0)));

/**
 * The keys of the object that a JSON file holds, read in passing: no value is kept, so the file may be of any size.
 * Of a file that is not JSON it tells what looks like keys.
 */
export async function topLevelKeys(file: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let [depth, inText, escaped, text] = [0, false, false, ''];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
        else if (depth === 1) text += String.fromCharCode(byte);
      } else if (byte === quote) [inText, text] = [true, ''];
      else if (byte === colon && depth === 1) keys.add(text);
      else if (opening.has(byte)) depth++;
      else if (closing.has(byte)) depth--;
    }
  }
  return keys;
}
