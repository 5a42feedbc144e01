import sharp from 'sharp';
import type { Size } from '../../ml/data/frame.ts';
import { packMask, unpackRows, type Strip } from '../../ml/data/bit-mask.ts';
import { decodeOneBitPng, encodeOneBitPng } from './one-bit-png.ts';
import { encodeSoftRows, openSoftMask } from './soft-png.ts';

export const MASK_MEDIA_TYPE = 'image/png';

export interface SoftMask {
  /** In [0, 1]: [height, width]. */
  mask: Float32Array;
  width: number;
  height: number;
}

export function encodeBinaryMask(mask: Uint8Array, width: number, height: number): Buffer {
  return encodeOneBitPng(packMask(mask, width, height));
}

/** Of one bit a pixel, as it is stored: for images of any size. */
export const decodeBitMask = decodeOneBitPng;

/** 0 and 1: [height, width]. */
export function decodeBinaryMask(png: Buffer): { mask: Uint8Array; width: number; height: number } {
  const bits = decodeBitMask(png);
  return { mask: unpackRows(bits), width: bits.width, height: bits.height };
}

/** @param parts values are multiples of 1 / parts, to be kept exactly; left out: any values. */
export async function encodeSoftMask(
  mask: Float32Array,
  width: number,
  height: number,
  parts?: number,
): Promise<Buffer> {
  if (mask.length !== width * height) {
    throw new RangeError(`a mask of ${width}×${height} has ${width * height} pixels: got ${mask.length}`);
  }
  const rows = ({ from, to }: Strip): Float32Array => mask.subarray(from * width, to * width);
  return encodeSoftRows({ width, height, parts, rows });
}

export async function decodeSoftMask(png: Buffer): Promise<SoftMask> {
  const { width, height, strips } = openSoftMask(png);
  const mask = new Float32Array(width * height);
  for await (const { from, values } of strips()) mask.set(values, from * width);
  return { mask, width, height };
}

/** At another size, bilinear between pixel centres. */
export async function enlargeSoftMask(png: Buffer, to: Size): Promise<Buffer> {
  const { mask, width, height } = await decodeSoftMask(png);
  if (width === to.width && height === to.height) return png;
  const { data } = await sharp(mask, { raw: { width, height, channels: 1 } })
    .resize(to.width, to.height, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.buffer, data.byteOffset, to.width * to.height);
  return encodeSoftMask(
    values.map((value) => Math.min(1, Math.max(0, value))),
    to.width,
    to.height,
  );
}
