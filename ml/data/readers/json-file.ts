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

/** Marks of JSON's structure by byte; every other byte is passed over. */
const marks = new Map([...'"\\:{[}]'].map((mark) => [mark.charCodeAt(0), mark]));
const isMark = Uint8Array.from({ length: 256 }, (_, byte) => (marks.has(byte) ? 1 : 0));

/**
 * The keys of the object that a JSON file holds, read in passing: no value is kept, so the file may be of any size.
 * Of a file that is not JSON it tells what looks like keys.
 */
export async function topLevelKeys(file: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let [depth, inText, escaped, text] = [0, false, false, ''];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    // A loop by index: most of a large file are numbers, and an iterator takes several times as long to pass them.
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (isMark[byte] === 0) {
        if (inText && depth === 1) text += String.fromCharCode(byte);
      } else {
        const mark = marks.get(byte)!;
        if (inText) {
          if (mark === '\\') escaped = true;
          else if (mark === '"') inText = false;
          else if (depth === 1) text += mark;
        } else if (mark === '"') [inText, text] = [true, ''];
        else if (mark === ':' && depth === 1) keys.add(text);
        else if (mark === '{' || mark === '[') depth++;
        else if (mark === '}' || mark === ']') depth--;
      }
    }
  }
  return keys;
}
