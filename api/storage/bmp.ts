import { PIXEL_LIMIT } from './pixel-limit.ts';
import type { Samples } from './numbers.ts';

export const isBmp = (bytes: Buffer): boolean => bytes.length > 30 && bytes.toString('latin1', 0, 2) === 'BM';

/** What the headers of OS/2 and Windows say (Microsoft, BITMAPINFOHEADER and its followers). */
interface BmpHeader {
  width: number;
  height: number;
  /** The first row is the top one. */
  topDown: boolean;
  bits: number;
  pixelsAt: number;
  palette: Uint8Array;
}

/** Uncompressed BMP of 1, 4 or 8 bits with a palette, or of 24 or 32 bits. @throws TypeError for other kinds. */
export function decodeBmp(bytes: Buffer): Samples {
  const { width, height, topDown, bits, pixelsAt, palette } = readHeader(bytes);
  const stride = 4 * Math.ceil((width * bits) / 32);
  if (pixelsAt + stride * height > bytes.length)
    throw new TypeError('the image is damaged (its end is missing)');
  const channels = bits <= 8 ? 1 : 3;
  const values = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = bytes.subarray(pixelsAt + stride * (topDown ? y : height - 1 - y));
    const at = y * width * channels;
    if (channels === 1) unpack(row, bits, values.subarray(at, at + width));
    else unpackColours(row, bits / 8, values.subarray(at, at + 3 * width));
  }
  return {
    ...{ values, width, height, channels, bits: Math.min(bits, 8), alpha: false, lossy: false },
    palette: channels === 1 ? palette : undefined,
  };
}

function readHeader(bytes: Buffer): BmpHeader {
  const size = bytes.readUInt32LE(14);
  if (bytes.length < 14 + size) throw new TypeError('the image is damaged (its header is cut off)');
  const old = size === 12; // OS/2 1.x
  const width = old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signed = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(old ? 24 : 28);
  const compression = old ? 0 : bytes.readUInt32LE(30);
  const height = Math.abs(signed);
  if (width <= 0 || height === 0) throw new TypeError(`the image is damaged (${width}×${height} pixels)`);
  if (width * height > PIXEL_LIMIT)
    throw new TypeError(`${width}×${height} are more than ${PIXEL_LIMIT} pixels`);
  // 3 with the usual order of colours is what 32 bits mean anyway.
  const usual = compression === 3 && bits === 32 && bytes.readUInt32LE(54) === 0x00ff0000;
  if (compression !== 0 && !usual)
    throw new TypeError('a BMP is read where it is not compressed: this one is');
  if (![1, 4, 8, 24, 32].includes(bits))
    throw new TypeError(`a BMP has 1, 4, 8, 24 or 32 bits a pixel: this has ${bits}`);
  const pixelsAt = bytes.readUInt32LE(10);
  return {
    width,
    height,
    topDown: signed < 0,
    bits,
    pixelsAt,
    palette: readPalette(bytes, size, bits, pixelsAt),
  };
}

/** Blue, green, red (and nothing) an entry, to red, green, blue. */
function readPalette(bytes: Buffer, headerSize: number, bits: number, pixelsAt: number): Uint8Array {
  if (bits > 8) return new Uint8Array();
  const entry = headerSize === 12 ? 3 : 4;
  const start = 14 + headerSize;
  const count = Math.min(2 ** bits, Math.floor((Math.min(pixelsAt, bytes.length) - start) / entry));
  const palette = new Uint8Array(3 * Math.max(count, 0));
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[start + entry * i + 2 - c];
  return palette;
}

function unpack(row: Buffer, bits: number, out: Uint8Array): void {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  for (let x = 0; x < out.length; x++)
    out[x] = (row[Math.floor(x / perByte)] >> (8 - bits * (1 + (x % perByte)))) & mask;
}

function unpackColours(row: Buffer, bytesPerPixel: number, out: Uint8Array): void {
  for (let x = 0, at = 0; at < out.length; x += bytesPerPixel, at += 3) {
    out[at] = row[x + 2];
    out[at + 1] = row[x + 1];
    out[at + 2] = row[x];
  }
}
