import { z } from 'zod';
import { assertSameSize, binaryMask } from './binary-mask.ts';
import { cropToForeground } from './crop-to-foreground.ts';
import { squaredDistances, type Spacing } from './distance-map.ts';
import type { Mask } from './metric.ts';

export const thresholdSetting = z.number().min(0).max(1).default(0.5).meta({
  description: 'A pixel is foreground if its value is above this.',
  source: 'One half is where a soft mask is undecided.',
  unit: null,
});

/** The settings that the surface metrics share. */
export const surfaceSettings = {
  threshold: thresholdSetting,
  spacing: z
    .tuple([z.number().positive(), z.number().positive()])
    .readonly()
    .nullable()
    .default(null)
    .meta({
      description:
        "Height and width of an image's pixel, the same for all images. If null, each image's own spacing is used; if any of them " +
        'has none, distances are in pixels of the image.',
      source: "The images' own, where they are known.",
      unit: 'mm',
    }),
};

export interface SurfaceConfig {
  readonly threshold: number;
  readonly spacing: Spacing | null;
}

export const surfaceUnit = ({ spacing }: SurfaceConfig, millimetres: boolean): 'pixel' | 'mm' =>
  spacing || millimetres ? 'mm' : 'pixel';

/** From every surface pixel of one mask to the nearest surface pixel of the other; both in no order. */
export interface SurfaceDistances {
  readonly toReference: Float64Array;
  readonly fromReference: Float64Array;
}

/**
 * Distances between the surfaces of two masks, between centres of pixels. The surface of a mask are its foreground pixels
 * with background, or the picture's edge, above, below, left or right of them: MONAI's definition. SimpleITK's contour is
 * the same but for the picture's edge, which it leaves open; surface-distance (Google DeepMind) runs between pixels and
 * weighs each piece by its length, so that its values differ by up to a pixel.
 */
export function surfaceDistances(
  mask: Mask,
  reference: Mask,
  { threshold, spacing }: SurfaceConfig,
): SurfaceDistances {
  assertSameSize(mask, reference);
  const binary = [mask, reference].map((one) => binaryMask(one, threshold));
  const { height, width, masks } = cropToForeground(binary, mask);
  const [first, second] = masks.map((one) => surfaceOf(one, height, width));
  const size = { height, width, spacing: pixelSizeOf(mask, spacing) };
  return { toReference: distances(first, second, size), fromReference: distances(second, first, size) };
}

/** A spacing that is set holds for the pixels of the image; those of a mask that was scaled are larger or smaller. */
function pixelSizeOf({ pixelSize = [1, 1], scale = [1, 1] }: Mask, spacing: Spacing | null): Spacing {
  return spacing ? [spacing[0] * scale[0], spacing[1] * scale[1]] : pixelSize;
}

/** 1 at surface pixels. */
function surfaceOf(binary: Uint8Array, height: number, width: number): Uint8Array {
  const surface = new Uint8Array(binary.length);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (!binary[pixel]) continue;
      const inside =
        y > 0 &&
        binary[pixel - width] &&
        y < height - 1 &&
        binary[pixel + width] &&
        x > 0 &&
        binary[pixel - 1] &&
        x < width - 1 &&
        binary[pixel + 1];
      if (!inside) surface[pixel] = 1;
    }
  }
  return surface;
}

function distances(
  from: Uint8Array,
  to: Uint8Array,
  size: { height: number; width: number; spacing: Spacing },
): Float64Array {
  const squared = squaredDistances(to, from, size);
  const found: number[] = [];
  for (let pixel = from.indexOf(1); pixel >= 0; pixel = from.indexOf(1, pixel + 1)) {
    found.push(Math.sqrt(squared[pixel]));
  }
  return Float64Array.from(found);
}
