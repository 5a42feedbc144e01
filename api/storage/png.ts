import { crc32 } from 'node:zlib';

/*
 * The parts of PNG (ISO/IEC 15948) that the store writes: grey, not interlaced, of 1 or 16 bits a sample. sharp reads and
 * writes whole images alone; these are read and written row by row, so that large ones need no more memory than small.
 */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER_BYTES = 13;
const GREY = 0;

export interface GreyHeader {
  readonly width: number;
  readonly height: number;
  /** A sample. */
  readonly bits: number;
}

export interface GreyPng extends GreyHeader {
  /** Compressed rows, as they stand in the file. */
  readonly data: readonly Buffer[];
  /** Words beside the picture, by key. */
  readonly text: ReadonlyMap<string, string>;
}

/** @param data the compressed rows, each of which begins with the number of its filter. */
export function writePng(
  { width, height, bits }: GreyHeader,
  data: readonly Buffer[],
  text: Readonly<Record<string, string>> = {},
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES); // compression, filter and interlace are 0
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = GREY;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...Object.entries(text).map(([key, value]) => chunk('tEXt', Buffer.from(`${key}\0${value}`, 'latin1'))),
    ...data.map((part) => chunk('IDAT', part)),
    chunk('IEND'),
  ]);
}

/** @throws TypeError for a PNG with colours, an interlaced one, and anything else. */
export function readPng(png: Buffer): GreyPng {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new TypeError('not a PNG');
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.body;
  const bits = header?.[8];
  if (!header || bits === undefined || header[9] !== GREY || header[12] !== 0)
    throw new TypeError('not a grey PNG without interlace');
  const text = chunks.filter(({ type }) => type === 'tEXt').map(({ body }) => keyAndText(body));
  return {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    bits,
    data: chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body),
    text: new Map(text),
  };
}

/** Undoes the filter of a row, in place; `above` is the row before, undone, zeros for the first. Sizes in bytes. */
export function unfilter(filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : row[i - pixelBytes];
    const corner = i < pixelBytes ? 0 : above[i - pixelBytes];
    row[i] += prediction(filter, left, above[i], corner);
  }
}

function prediction(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter === 4) return paeth(left, above, corner);
  throw new TypeError(`a PNG's row has the unknown filter ${filter}`);
}

/** Of left, above and corner the one nearest to left + above − corner; the first of equals. */
function paeth(left: number, above: number, corner: number): number {
  const [a, b] = [Math.abs(above - corner), Math.abs(left - corner)];
  const c = Math.abs(left + above - 2 * corner);
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function* chunksOf(png: Buffer): Generator<{ type: string; body: Buffer }> {
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), body: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function keyAndText(body: Buffer): [string, string] {
  const end = body.indexOf(0);
  return [body.toString('latin1', 0, end), body.toString('latin1', end + 1)];
}
