import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import { inspectImage, type ImageFacts } from './image-codec.ts';
import type { Samples } from './numbers.ts';
import { PIXEL_LIMIT } from './pixel-limit.ts';
import { readSamples } from './samples.ts';
import { isTiff, sampleName, tiffFacts } from './tiff-samples.ts';

/** Which numbers of the file are black and white; those outside are drawn as these. */
export type Range = readonly [black: number, white: number];

export interface Picture {
  /** As they are stored: as they came, or as PNG where other programs could not show them. */
  bytes: Buffer;
  facts: ImageFacts;
  /** SHA-256 of what is seen: equal for equal pixels, whatever their file. */
  pixels: string;
  /** Of 16-bit pictures: the brightest of all samples, 0 to 65535. */
  brightest?: number;
}

/**
 * An image file as a picture: what is stored, and what all methods see of it. Decodes it once, so that no broken file
 * gets into the store.
 * @throws TypeError that says what is wrong with the file, or what must be declared for it.
 */
export async function readPicture(bytes: Buffer, range?: Range): Promise<Picture> {
  const shown = range ? await windowed(bytes, range) : await showable(bytes);
  const facts = await inspectImage(shown);
  const { data } = await sharp(shown, { limitInputPixels: PIXEL_LIMIT, failOn: 'error' })
    .autoOrient()
    .removeAlpha()
    .toColourspace(facts.deep ? 'rgb16' : 'srgb')
    .raw({ depth: facts.deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: Error) => {
      throw new TypeError(`the image is damaged (${error.message})`);
    });
  const size = `${facts.width}×${facts.height} ${facts.deep}`;
  const pixels = createHash('sha256').update(size).update(data).digest('hex');
  return { bytes: shown, facts, pixels, ...(facts.deep && { brightest: largestOf(data) }) };
}

/** The file itself, or a PNG with its pixels. */
async function showable(bytes: Buffer): Promise<Buffer> {
  if (isBmp(bytes)) return pngOf(coloured(decodeBmp(bytes)));
  if (isTiff(bytes)) {
    const facts = await tiffFacts(bytes);
    if (facts.format !== 'unsigned' || ![1, 2, 4, 8, 16].includes(facts.bits))
      throw new TypeError(
        `it has ${sampleName(facts)}: 'range' in a manifest says which of its numbers are black and white`,
      );
  }
  return bytes;
}

/** 16-bit PNG: black at the range's lower end, white at its upper end. */
async function windowed(bytes: Buffer, [black, white]: Range): Promise<Buffer> {
  const samples = await readSamples(bytes);
  if (samples.palette)
    throw new TypeError("its numbers are those of a palette's colours: 'range' has no meaning for them");
  const { values, width, height, channels, alpha, whiteIsZero } = samples;
  const colours = channels - (alpha ? 1 : 0);
  const levels = new Uint16Array(width * height * colours);
  for (let pixel = 0, at = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < colours; c++) {
      const value = values[pixel * channels + c];
      if (!Number.isFinite(value)) throw new TypeError(`holds ${value}: an image has a number at each pixel`);
      const share = Math.min(Math.max((value - black) / (white - black), 0), 1);
      levels[at++] = Math.round(65535 * (whiteIsZero ? 1 - share : share));
    }
  }
  return pngOf({ values: levels, width, height, channels: colours });
}

type Raster = Pick<Samples, 'width' | 'height' | 'channels'> & { values: Uint8Array | Uint16Array };

/** Its palette's colours in place of their numbers. */
function coloured({ values, width, height, channels, palette }: Samples): Raster {
  if (!palette) return { values: values as Uint8Array, width, height, channels };
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < values.length; i++)
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = palette[3 * values[i] + c] ?? 0;
  return { values: rgb, width, height, channels: 3 };
}

function pngOf({ values, width, height, channels }: Raster): Promise<Buffer> {
  const deep = values instanceof Uint16Array;
  const grey = channels === 1;
  return sharp(values, { raw: { width, height, channels: channels as 1 | 3 } })
    .toColourspace(grey ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

function largestOf(data: Buffer): number {
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  let largest = 0;
  for (const value of samples) if (value > largest) largest = value;
  return largest;
}
