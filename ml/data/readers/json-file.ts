import { createReadStream } from 'node:fs';
import { DatasetError } from './problem.ts';
import { readText } from './text-file.ts';

interface JsonOptions {
  /** What the file is called in messages. */
  readonly field: string;
  /** In bytes. */
  readonly limit: number;
  /** What to do about a larger file. */
  readonly remedy: string;
}

/**
 * Reads a JSON file: UTF-8, or UTF-16 with a byte order mark.
 * @throws DatasetError where it is too large, not JSON, or has a zero character in a text, which no database keeps.
 */
export async function readJson(file: string, { field, limit, remedy }: JsonOptions): Promise<unknown> {
  const fail = (message: string, row: number | null = null, at = field) =>
    new DatasetError([{ file, row, field: at, message }]);
  const text = await readText(file, { field, limit, remedy });
  if (text.trim() === '') throw fail('is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(`is not JSON: ${(error as Error).message.replaceAll('\0', '\\0')}`);
  }
  const zero = text.includes('\\u0000') ? zeroIn(value) : null;
  if (!zero) return value;
  const row = zero[0] === 'images' ? Number(zero[1]) + 1 : null;
  throw fail('has a zero character in it', row, zero.map((key) => key.replaceAll('\0', '\\0')).join('.'));
}

/** The path to the first text, or key, with a zero character. */
function zeroIn(value: unknown): string[] | null {
  if (typeof value === 'string') return value.includes('\0') ? [] : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, item] of Object.entries(value)) {
    const path = key.includes('\0') ? [] : zeroIn(item);
    if (path) return [key, ...path];
  }
  return null;
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
      if (byte === 0) continue; // half of each character of UTF-16
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
