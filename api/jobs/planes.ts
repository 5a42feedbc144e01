import { encodeSoftMask, MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';
import type { BlobStore } from '../storage/blob-store.ts';

/** Stores each channel of an interleaved picture [h, w, channels] as a soft mask; answers with their hashes. */
export async function storePlanes(
  blobs: BlobStore,
  values: Float32Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): Promise<string[]> {
  const planes = Array.from({ length: channels }, (_, channel) => plane(values, channel, channels));
  return Promise.all(
    planes.map(async (mask) => blobs.put(await encodeSoftMask(mask, width, height), MASK_MEDIA_TYPE)),
  );
}

/** One channel: [h, w]. Rounding may carry a convex combination past its bounds by a last bit. */
export function plane(values: Float32Array, channel: number, channels: number): Float32Array {
  const mask = new Float32Array(values.length / channels);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const value = values[pixel * channels + channel] ?? NaN;
    mask[pixel] = value > 1 && value < 1 + 1e-5 ? 1 : value < 0 && value > -1e-5 ? 0 : value;
  }
  return mask;
}
