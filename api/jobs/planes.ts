import { cutFromFrame, type Frame, type Size } from '../../ml/data/frame.ts';
import { encodeSoftMask, MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';
import type { BlobStore } from '../storage/blob-store.ts';

/** A stored soft mask; it covers its image. */
export interface StoredPlane extends Size {
  readonly sha256: string;
}

/** Stores the image's part of each channel of a square [side, side, channels] as a soft mask. */
export async function storePlanes(
  blobs: BlobStore,
  square: Float32Array,
  frame: Frame,
  channels: number,
): Promise<StoredPlane[]> {
  const { width, height } = frame;
  const planes = Array.from({ length: channels }, (_, channel) =>
    inBounds(cutFromFrame(square, frame, channel, channels)),
  );
  return Promise.all(
    planes.map(async (mask) => {
      const sha256 = await blobs.put(await encodeSoftMask(mask, width, height), MASK_MEDIA_TYPE);
      return { sha256, width, height };
    }),
  );
}

/** Rounding may carry a convex combination past its bounds by a last bit. */
function inBounds(plane: Float32Array): Float32Array {
  return plane.map((value) => (value > 1 && value < 1 + 1e-5 ? 1 : value < 0 && value > -1e-5 ? 0 : value));
}
