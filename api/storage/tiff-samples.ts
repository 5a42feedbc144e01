import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff';
import { orient } from './orient.ts';
import { PIXEL_LIMIT } from './pixel-limit.ts';
import type { Samples } from './numbers.ts';

/** Little-endian, big-endian, and both of BigTIFF. */
const STARTS = ['49492a00', '4d4d002a', '49492b00', '4d4d002b'];

export const isTiff = (bytes: Buffer): boolean => STARTS.includes(bytes.toString('hex', 0, 4));

/** What a TIFF says of its numbers (TIFF 6.0, the tags of the same names). */
export interface TiffFacts {
  readonly width: number;
  readonly height: number;
  /** With EXIF's orientation applied. */
  readonly turned: { readonly width: number; readonly height: number };
  readonly bits: number;
  readonly format: 'unsigned' | 'signed' | 'float' | 'complex';
  readonly samplesPerPixel: number;
  readonly photometric: number;
  /** Compressed so that only the picture library reads it: such files have 8 bits or 1. */
  readonly picture: 'fax' | 'jpeg' | null;
  readonly orientation: number;
  readonly alpha: boolean;
}

const formats = {
  1: 'unsigned',
  2: 'signed',
  3: 'float',
  4: 'unsigned',
  5: 'complex',
  6: 'complex',
} as const;
/** Compressions that only the picture library reads: fax, and JPEG old and new. */
const FAX = [2, 3, 4];
const JPEG = [6, 7];
const photometrics = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3 };
const notNumbers: Record<number, string> = {
  5: 'amounts of ink (CMYK)',
  6: 'light and colour apart (YCbCr)',
  8: 'colours in CIE Lab',
};

/** '32-bit float samples'. */
export const sampleName = ({ bits, format }: Pick<TiffFacts, 'bits' | 'format'>): string =>
  `${bits}-bit ${format === 'unsigned' ? 'whole-number' : format} samples`;

export async function tiffFacts(bytes: Buffer): Promise<TiffFacts> {
  return factsOf(await openTiff(bytes));
}

/** @throws TypeError that says what keeps the numbers from being read. */
export async function readTiffSamples(bytes: Buffer): Promise<Samples> {
  const image = await openTiff(bytes);
  const facts = await factsOf(image);
  const { width, height, bits, photometric, samplesPerPixel, alpha } = facts;
  if (facts.format === 'complex') throw new TypeError('its samples are complex numbers');
  if (photometric in notNumbers) throw new TypeError(`its numbers are ${notNumbers[photometric]}`);
  const colours = samplesPerPixel - (alpha ? 1 : 0);
  if (colours !== 1 && colours !== 3) throw new TypeError(`it has ${samplesPerPixel} numbers a pixel`);
  const read = await image.readRasters({ interleave: true }).catch((error: Error) => {
    throw new TypeError(`the image is damaged (${error.message})`);
  });
  const turned = orient(read, { width, height, channels: samplesPerPixel }, facts.orientation);
  return {
    ...turned,
    channels: samplesPerPixel,
    bits,
    alpha,
    lossy: false,
    palette: photometric === photometrics.palette ? await paletteOf(image) : undefined,
    whiteIsZero: photometric === photometrics.whiteIsZero,
  };
}

async function openTiff(bytes: Buffer): Promise<GeoTIFFImage> {
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const damaged = (error: Error) => {
    throw new TypeError(`not an image that can be read (${error.message})`);
  };
  const file = await fromArrayBuffer(own).catch(damaged);
  const pages = await file.getImageCount().catch(damaged);
  if (pages > 1) throw new TypeError(`the file holds ${pages} images: one is expected`);
  const image = await file.getImage().catch(damaged);
  // TIFF 6.0: without the tag it is 1, and so tifffile writes masks of truth values.
  const { fileDirectory } = image;
  if (!fileDirectory.hasTag('BitsPerSample')) fileDirectory.actualizedFields.set(258, [1]);
  const [width, height] = [image.getWidth(), image.getHeight()];
  if (!(width > 0 && height > 0)) throw new TypeError('not an image that can be read (it has no size)');
  if (width * height > PIXEL_LIMIT)
    throw new TypeError(`${width}×${height} are more than ${PIXEL_LIMIT} pixels`);
  return image;
}

async function factsOf(image: GeoTIFFImage): Promise<TiffFacts> {
  const tag = async (name: 'Compression' | 'Orientation' | 'PhotometricInterpretation', otherwise: number) =>
    Number((await image.fileDirectory.loadValue(name)) ?? otherwise);
  const [width, height] = [image.getWidth(), image.getHeight()];
  const orientation = await tag('Orientation', 1);
  const compression = await tag('Compression', 1);
  const samplesPerPixel = Number(image.getSamplesPerPixel());
  const format = Number(image.getSampleFormat()) as keyof typeof formats;
  // 0 is unspecified, 1 and 2 are transparency.
  const extra = (await image.fileDirectory.loadValue('ExtraSamples')) as ArrayLike<number> | undefined;
  return {
    ...{ width, height, samplesPerPixel, orientation },
    turned: orientation >= 5 ? { width: height, height: width } : { width, height },
    bits: Number(image.getBitsPerSample()),
    format: formats[format] ?? 'unsigned',
    photometric: await tag('PhotometricInterpretation', 1),
    picture: FAX.includes(compression) ? 'fax' : JPEG.includes(compression) ? 'jpeg' : null,
    alpha: [...Array.from(extra ?? [])].some((kind) => kind === 1 || kind === 2),
  };
}

/** 16 bits of red, then of green, then of blue, to triples of 8 bits. */
async function paletteOf(image: GeoTIFFImage): Promise<Uint8Array> {
  const map = (await image.fileDirectory.loadValue('ColorMap')) as ArrayLike<number> | undefined;
  const colours = Array.from(map ?? []);
  const count = colours.length / 3;
  // Some programs wrote 8 bits into the 16.
  const shift = colours.some((value) => value > 255) ? 8 : 0;
  const palette = new Uint8Array(colours.length);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) palette[3 * i + c] = colours[c * count + i] >> shift;
  return palette;
}
