import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER_BYTES = 13;

/** Grey PNG of one bit a pixel: 1 is white. Any viewer opens it; a 256×256 outline takes a few hundred bytes. */
export function encodeOneBitPng(mask: Uint8Array, width: number, height: number): Buffer {
  if (mask.length !== width * height) {
    throw new RangeError(`a mask of ${width}×${height} has ${width * height} pixels: got ${mask.length}`);
  }
  const stride = 1 + Math.ceil(width / 8); // the filter's byte stays 0: none
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x]) rows[y * stride + 1 + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bits a sample; colour type, compression, filter and interlace are 0
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

/** Reads what encodeOneBitPng wrote, and nothing else: 0 and 1, row by row. */
export function decodeOneBitPng(png: Buffer): { mask: Uint8Array; width: number; height: number } {
  const chunks = readChunks(png);
  const header = chunks.get('IHDR');
  const data = chunks.get('IDAT');
  if (!header || !data || header[8] !== 1 || header[9] !== 0 || header[12] !== 0) {
    throw new TypeError('not a binary mask as the store writes them (grey PNG of one bit)');
  }
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const stride = 1 + Math.ceil(width / 8);
  const rows = inflateSync(data, { maxOutputLength: stride * height });
  const mask = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const start = y * stride + 1;
    for (let x = 0; x < width; x++) mask[at++] = (rows[start + (x >> 3)] >> (7 - (x & 7))) & 1;
  }
  return { mask, width, height };
}

function chunk(name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function readChunks(png: Buffer): Map<string, Buffer> {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new TypeError('not a PNG');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return chunks;
}
