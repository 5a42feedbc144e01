import sharp from 'sharp';
import { decodeOneBitPng, encodeOneBitPng } from './one-bit-png.ts';

export const MASK_MEDIA_TYPE = 'image/png';

export interface SoftMask {
  /** In [0, 1]: [height, width]. */
  mask: Float32Array;
  width: number;
  height: number;
}

export const encodeBinaryMask = encodeOneBitPng;
export const decodeBinaryMask = decodeOneBitPng;

/** 16-bit grey PNG, value = round(65535 × p): what is read differs by less than 1/131070 from what was written. */
export async function encodeSoftMask(mask: Float32Array, width: number, height: number): Promise<Buffer> {
  if (mask.length !== width * height) {
    throw new RangeError(`a mask of ${width}×${height} has ${width * height} pixels: got ${mask.length}`);
  }
  const levels = new Uint16Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i];
    if (!(value >= 0 && value <= 1))
      throw new RangeError(`a soft mask lies in 0..1: got ${value} at pixel ${i}`);
    levels[i] = Math.round(value * 65535);
  }
  return sharp(levels, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: 6, adaptiveFiltering: true })
    .toBuffer();
}

export async function decodeSoftMask(png: Buffer): Promise<SoftMask> {
  const { data, info } = await sharp(png)
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 1) throw new TypeError(`a soft mask has one channel: got ${info.channels}`);
  const levels = new Uint16Array(data.buffer, data.byteOffset, info.width * info.height);
  const mask = new Float32Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] / 65535;
  return { mask, width: info.width, height: info.height };
}
