import { deflateSync, inflateSync } from 'node:zlib';
import { rowBytes, type BitMask } from '../../ml/data/bit-mask.ts';
import { readPng, writePng } from './png.ts';

/** Grey PNG of one bit a pixel: 1 is white. Any viewer opens it; a 256×256 outline takes a few hundred bytes. */
export function encodeOneBitPng({ bytes, width, height }: BitMask): Buffer {
  const stride = rowBytes(width);
  const rows = Buffer.alloc((1 + stride) * height); // the filters' bytes stay 0: none
  for (let y = 0; y < height; y++)
    rows.set(bytes.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1);
  return writePng({ width, height, bits: 1 }, [deflateSync(rows)]);
}

/** Reads what encodeOneBitPng wrote, and nothing else. */
export function decodeOneBitPng(png: Buffer): BitMask {
  const { width, height, bits, data } = readPng(png);
  if (bits !== 1) throw new TypeError('not a binary mask as the store writes them (grey PNG of one bit)');
  const stride = rowBytes(width);
  const rows = inflateSync(Buffer.concat(data), { maxOutputLength: (1 + stride) * height });
  const bytes = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const start = y * (1 + stride) + 1;
    bytes.set(rows.subarray(start, start + stride), y * stride);
  }
  return { width, height, bytes };
}
