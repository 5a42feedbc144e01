import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createDeflate, createInflate } from 'node:zlib';
import { stripsOf, type Strip } from '../../ml/data/bit-mask.ts';
import { readPng, unfilter, writePng } from './png.ts';

/** 2⁴ · 3² · 5 · 7 · 13: the shares of 2 to 10 and of 12 to 16 raters are whole levels of it. */
const SCALE = 65520;
/** Of files from before the scale was written into them. */
const FORMER_SCALE = 65535;
const SCALE_KEY = 'scale';
const PIXEL_BYTES = 2;
const UP = 2;

export interface SoftRows {
  readonly width: number;
  readonly height: number;
  /** Values are multiples of 1 / parts (votes of so many raters), to be kept exactly. Left out: any values. */
  readonly parts?: number;
  /** Values in [0, 1] of these rows: [to - from, width]. */
  readonly rows: (strip: Strip) => Float32Array;
}

/**
 * Grey PNG of 16 bits: p is the level round(scale × p), and the scale stands in the file. What is read differs by less
 * than 1/131000 from what was written; shares of votes come back exactly, so that one half is never above one half.
 * @throws RangeError for values outside [0, 1].
 */
export async function encodeSoftRows({ width, height, parts = 1, rows }: SoftRows): Promise<Buffer> {
  const scale = scaleFor(parts);
  const data: Buffer[] = [];
  const source = Readable.from(filteredRows({ width, height, rows }, scale));
  await pipeline(source, createDeflate(), async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) data.push(part);
  });
  return writePng({ width, height, bits: 16 }, data, { [SCALE_KEY]: String(scale) });
}

/** The largest multiple of `parts` that 16 bits hold, unless the usual scale is one. */
function scaleFor(parts: number): number {
  return SCALE % parts === 0 ? SCALE : parts * Math.floor((2 ** 16 - 1) / parts);
}

function* filteredRows({ width, height, rows }: SoftRows, scale: number): Generator<Buffer> {
  const rowLength = 1 + width * PIXEL_BYTES;
  let above: Uint8Array = new Uint8Array(width * PIXEL_BYTES);
  for (const strip of stripsOf({ width, height })) {
    const levels = levelsOf(rows(strip), scale, strip.from * width);
    const out = Buffer.alloc((strip.to - strip.from) * rowLength);
    for (let start = 0, at = 0; start < levels.length; start += width * PIXEL_BYTES) {
      const row = levels.subarray(start, start + width * PIXEL_BYTES);
      out[at++] = UP;
      for (let i = 0; i < row.length; i++) out[at++] = row[i] - above[i];
      above = row;
    }
    yield out;
  }
}

/** Two bytes a value, the higher first. */
function levelsOf(values: Float32Array, scale: number, first: number): Uint8Array {
  const bytes = new Uint8Array(values.length * PIXEL_BYTES);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value >= 0 && value <= 1))
      throw new RangeError(`a soft mask lies in 0..1: got ${value} at pixel ${first + i}`);
    const level = Math.round(value * scale);
    bytes[2 * i] = level >> 8;
    bytes[2 * i + 1] = level;
  }
  return bytes;
}

export interface SoftStrip extends Strip {
  /** [to - from, width] */
  readonly values: Float32Array;
}

/** The size of a soft mask, and its values from top to bottom, a strip at a time. */
export function openSoftMask(png: Buffer): {
  readonly width: number;
  readonly height: number;
  readonly strips: () => AsyncGenerator<SoftStrip>;
} {
  const { width, height, bits, data, text } = readPng(png);
  if (bits !== 16) throw new TypeError('not a soft mask as the store writes them (grey PNG of 16 bits)');
  const scale = Number(text.get(SCALE_KEY) ?? FORMER_SCALE);
  return { width, height, strips: () => readStrips({ width, height, data, scale }) };
}

interface ToRead {
  readonly width: number;
  readonly height: number;
  readonly data: readonly Buffer[];
  readonly scale: number;
}

async function* readStrips({ width, height, data, scale }: ToRead): AsyncGenerator<SoftStrip> {
  const stride = width * PIXEL_BYTES;
  const bytes = exactly(Readable.from(data, { objectMode: true }).pipe(createInflate()));
  let above: Uint8Array = new Uint8Array(stride);
  for (const { from, to } of stripsOf({ width, height })) {
    const part = await bytes((to - from) * (1 + stride));
    const values = new Float32Array((to - from) * width);
    for (let y = 0; y < to - from; y++) {
      const row = part.subarray(y * (1 + stride) + 1, (y + 1) * (1 + stride));
      unfilter(part[y * (1 + stride)], row, above, PIXEL_BYTES);
      for (let x = 0; x < width; x++) values[y * width + x] = ((row[2 * x] << 8) | row[2 * x + 1]) / scale;
      above = row;
    }
    yield { from, to, values };
  }
}

/** Reads from a stream as many bytes as are asked for. @throws TypeError where it ends before. */
function exactly(stream: AsyncIterable<Buffer>): (length: number) => Promise<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  let left: Buffer = Buffer.alloc(0);
  return async (length) => {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (left.length === 0) {
        const next = await parts.next();
        if (next.done) throw new TypeError('a soft mask ends before its last row');
        left = next.value;
      }
      const taken = left.subarray(0, length - filled);
      out.set(taken, filled);
      filled += taken.length;
      left = left.subarray(taken.length);
    }
    return out;
  };
}
