import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import { inspectImage } from './image-codec.ts';
import { PIXEL_LIMIT } from './pixel-limit.ts';
import { greyPngOf } from './png-indices.ts';
import type { Numbers, Samples } from './numbers.ts';
import { isTiff, readTiffSamples, tiffFacts } from './tiff-samples.ts';

/** @throws TypeError that says why the numbers of this file cannot be read. */
export async function readSamples(bytes: Buffer): Promise<Samples> {
  if (isBmp(bytes)) return decodeBmp(bytes);
  const tiff = isTiff(bytes) ? (await tiffFacts(bytes)).picture : null;
  if (isTiff(bytes) && !tiff) return readTiffSamples(bytes);
  await inspectImage(bytes);
  const meta = await sharp(bytes, { limitInputPixels: PIXEL_LIMIT }).metadata();
  const indexed = meta.format === 'png' && meta.isPalette ? greyPngOf(bytes) : null;
  const { values, ...read } = await decode(indexed?.png ?? bytes);
  const bits =
    meta.depth === 'ushort' ? 16 : tiff === 'fax' ? 1 : (meta.format === 'png' && meta.bitsPerSample) || 8;
  return {
    ...read,
    // libpng spreads short samples over 0–255: 0, 85, 170, 255 of two bits.
    values: bits < 8 && read.channels === 1 ? divided(values, 255 / (2 ** bits - 1)) : values,
    bits,
    palette: indexed?.palette,
    lossy: tiff === 'jpeg' || isLossy(meta.format, bytes),
  };
}

async function decode(bytes: Buffer): Promise<Omit<Samples, 'bits' | 'lossy'>> {
  const picture = sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: 'error', ignoreIcc: true });
  const { space, depth, hasAlpha } = await picture.metadata();
  if (space === 'cmyk') throw new TypeError('its numbers are amounts of ink (CMYK)');
  // As grey it would lose its transparency.
  const grey = (space === 'b-w' || space === 'grey16') && !hasAlpha;
  const deep = depth === 'ushort';
  const { data, info } = await picture
    .autoOrient()
    .toColourspace(grey ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb')
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // No Buffer: what is sliced off one is no copy.
  const View = deep ? Uint16Array : Uint8Array;
  const values = new View(data.buffer, data.byteOffset, width * height * channels);
  return { values, width, height, channels, alpha: hasAlpha };
}

function divided(values: Numbers, by: number): Numbers {
  return values.map((value) => value / by);
}

/** WebP without loss has another chunk of pixels. */
function isLossy(format: string, bytes: Buffer): boolean {
  return format === 'jpeg' || (format === 'webp' && bytes.subarray(0, 4096).includes('VP8 '));
}
