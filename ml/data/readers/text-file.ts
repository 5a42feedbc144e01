import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DatasetError } from './problem.ts';

interface TextOptions {
  /** What the file is called in messages. */
  readonly field: string;
  /** As the Encoding Standard names them: 'windows-1252', 'utf-16le'. Left out: UTF-8. */
  readonly encoding?: string;
  /** In bytes; left out: any. */
  readonly limit?: number;
  /** What to do about a larger file. */
  readonly remedy?: string;
}

const MARKS = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/** Whether programs call an encoding so. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/**
 * A file's text, piece by piece, without its byte order mark, which decides the encoding where there is one.
 * @throws DatasetError where it is no file, is too large, or holds bytes that are no text in its encoding: with the line.
 */
export async function* readTextPieces(file: string, options: TextOptions): AsyncGenerator<string> {
  const fail = (message: string) => new DatasetError([{ file, row: null, field: options.field, message }]);
  const found = await stat(file);
  if (!found.isFile()) throw fail(found.isDirectory() ? 'is a folder' : 'is no file');
  const { limit = Infinity, remedy } = options;
  if (found.size > limit) throw fail(`is larger than ${limit / 2 ** 20} MiB: ${remedy}`);
  const notText = (encoding: string, line: number) => {
    const advice = options.encoding ? '' : ", or give its encoding, for example 'windows-1252'";
    return fail(`line ${line} is not ${encoding.toUpperCase()}: save it as UTF-8${advice}`);
  };
  let decoder: TextDecoder | undefined;
  let line = 1;
  for await (const piece of wholeLines(file)) {
    decoder ??= new TextDecoder(encodingOf(piece, options.encoding, fail), { fatal: true });
    const text = decode(decoder, piece);
    if (text === null) throw notText(decoder.encoding, line + linesBefore(decoder, piece));
    line += lineEnds(text);
    yield text;
  }
  // What was begun must have come to its end.
  if (decoder && decode(decoder) === null) throw notText(decoder.encoding, line);
}

/** A small file's text as a whole. */
export async function readText(file: string, options: TextOptions): Promise<string> {
  let text = '';
  for await (const piece of readTextPieces(file, options)) text += piece;
  return text;
}

/** Bytes cut after line ends, so that no character is cut in encodings that have ASCII's; those of two bytes are cut evenly. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = 1 + Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d));
    if (end > 0) yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  if (rest.length > 0) yield rest;
}

function encodingOf(
  start: Buffer,
  declared: string | undefined,
  fail: (message: string) => DatasetError,
): string {
  const mark = MARKS.find(({ bytes }) => bytes.every((byte, index) => start[index] === byte));
  if (mark) return mark.encoding;
  const zeros = [start[0] === 0, start[1] === 0];
  if (!declared && start.length > 1 && zeros[0] !== zeros[1])
    throw fail('looks like UTF-16 without a byte order mark: save it as UTF-8');
  return declared ?? 'utf-8';
}

/** Null where the bytes are no text; without bytes, where the last character is not complete. */
function decode(decoder: TextDecoder, bytes?: Buffer): string | null {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    return null;
  }
}

/** How many lines of the piece are whole before the first that cannot be decoded. */
function linesBefore({ encoding }: TextDecoder, piece: Buffer): number {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let [lines, start] = [0, 0];
  for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
    try {
      decoder.decode(piece.subarray(start, end + 1));
    } catch {
      return lines;
    }
    lines++;
    start = end + 1;
  }
  return lines;
}

const lineEnds = (text: string): number => text.split('\n').length - 1;
