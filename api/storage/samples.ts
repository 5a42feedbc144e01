import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import { inspectImage } from './image-codec.ts';
import { PIXEL_LIMIT } from './pixel-limit.ts';
import { greyPngOf } from './png-indices.ts';
import { isTiff, readTiffSamples, tiffFacts } from './tiff-samples.ts';

export type Numbers =
  Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The numbers of an image file as they stand in it: no colour profile, gamma or window has touched them. */
export interface Samples {
  /** [height, width, channels] */
  values: Numbers;
  width: number;
  height: number;
  /** The colours, 1 or 3, and the transparency where there is one. */
  channels: number;
  alpha: boolean;
  /** Of one number in the file. */
  bits: number;
  /** Colours by number, red, green, blue in 0–255: the values are numbers of colours. */
  palette?: Uint8Array;
  /** 0 is white, as fax machines count. */
  whiteIsZero?: boolean;
  /** Compression has changed the numbers. */
  lossy: boolean;
}

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
  const values = deep ? new Uint16Array(data.buffer, data.byteOffset, width * height * channels) : data;
  return { values, width, height, channels, alpha: hasAlpha };
}

function divided(values: Numbers, by: number): Numbers {
  return values.map((value) => value / by);
}

/** WebP without loss has another chunk of pixels. */
function isLossy(format: string, bytes: Buffer): boolean {
  return format === 'jpeg' || (format === 'webp' && bytes.subarray(0, 4096).includes('VP8 '));
}
