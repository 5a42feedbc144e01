import sharp, { type Sharp } from 'sharp';
import { PIXEL_LIMIT } from './pixel-limit.ts';

/** Formats that are stored as they come, by content; the name's ending is not looked at. */
const MEDIA_TYPES: Record<string, string> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  tiff: 'image/tiff',
  webp: 'image/webp',
  gif: 'image/gif',
};

export interface ImageFacts {
  width: number;
  height: number;
  mediaType: string;
  /** 16 bits a sample instead of 8. */
  deep: boolean;
  /** One channel (and perhaps transparency) instead of colours. */
  grey: boolean;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Facts about the image, with its EXIF orientation applied. Reads only the header. */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  const meta = await sharp(bytes, { limitInputPixels: PIXEL_LIMIT })
    .metadata()
    .catch((error: Error) => {
      throw new TypeError(`not an image that can be read (${error.message})`);
    });
  const mediaType = MEDIA_TYPES[meta.format];
  if (!mediaType)
    throw new TypeError(`images are ${Object.keys(MEDIA_TYPES).join(', ')}, bmp: this is ${meta.format}`);
  if ((meta.pages ?? 1) > 1) throw new TypeError(`the file holds ${meta.pages} images: one is expected`);
  const { width, height } = meta.autoOrient;
  const grey = meta.space === 'b-w' || meta.space === 'grey16';
  return { width, height, mediaType, deep: meta.depth === 'ushort', grey };
}

/** RGB in [0, 1]: [height, width, 3]; grey is spread over the three, transparency dropped. */
export async function decodeImage(
  bytes: Uint8Array,
  size?: { width: number; height: number },
): Promise<{ rgb: Float32Array; width: number; height: number }> {
  const { deep } = await inspectImage(bytes);
  let pipeline = open(bytes).removeAlpha();
  // 'linear' averages over the whole source area of a pixel when it shrinks: nothing is skipped, nothing rings.
  if (size) pipeline = pipeline.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' });
  pipeline = pipeline.toColourspace(deep ? 'rgb16' : 'srgb').raw({ depth: deep ? 'ushort' : 'uchar' });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, pixels * info.channels) : data;
  const rgb = new Float32Array(pixels * 3); // [h, w, 3]
  const scale = deep ? 65535 : 255;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++)
      rgb[3 * i + c] = samples[i * info.channels + (info.channels >= 3 ? c : 0)] / scale;
  }
  return { rgb, width: info.width, height: info.height };
}

/** Cuts a box out and keeps the bits as they are (PNG). */
export async function cropImage(bytes: Uint8Array, box: Box): Promise<Buffer> {
  return open(bytes).extract(box).png({ compressionLevel: 6 }).toBuffer();
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: 'error' }).autoOrient();
}
