/** A binary mask of one bit a pixel, so that large images fit: 48 megapixels take 6 MB. */
export interface BitMask {
  readonly width: number;
  readonly height: number;
  /** Rows padded to whole bytes, the leftmost pixel in the highest bit: [height, ceil(width / 8)]. */
  readonly bytes: Uint8Array;
}

export function rowBytes(width: number): number {
  return Math.ceil(width / 8);
}

/** @param mask 0, or anything else for 1: [height, width]. */
export function packMask(mask: ArrayLike<number>, width: number, height: number): BitMask {
  if (mask.length !== width * height) {
    throw new RangeError(`a mask of ${width}×${height} has ${width * height} pixels: got ${mask.length}`);
  }
  const stride = rowBytes(width);
  const bytes = new Uint8Array(stride * height);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (mask[pixel]) bytes[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return { width, height, bytes };
}

/** 0 and 1 of the rows `from` up to, but not including, `to`: [to - from, width]. */
export function unpackRows({ width, height, bytes }: BitMask, from = 0, to = height): Uint8Array {
  const stride = rowBytes(width);
  const mask = new Uint8Array((to - from) * width);
  for (let y = from, pixel = 0; y < to; y++) {
    const start = y * stride;
    for (let x = 0; x < width; x++) mask[pixel++] = (bytes[start + (x >> 3)] >> (7 - (x & 7))) & 1;
  }
  return mask;
}

export function isEmpty({ bytes }: BitMask): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Whole rows that are worked on at once. */
export interface Strip {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** About as many pixels as stay in a processor's cache, and few enough that no image is too large. */
const STRIP_PIXELS = 2 ** 18;

/** The rows of an image from top to bottom, a strip at a time: what is held in memory does not grow with the image. */
export function* stripsOf({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): Generator<Strip> {
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let from = 0; from < height; from += rows) yield { from, to: Math.min(height, from + rows) };
}
