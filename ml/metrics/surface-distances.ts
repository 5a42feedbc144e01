import { z } from 'zod';
import { packMask, type BitMask } from '../data/bit-mask.ts';
import { assertSameSize, binaryMask } from './binary-mask.ts';
import type { Mask } from './metric.ts';
import { nearestDistances, type Spacing } from './nearest-distances.ts';
import { surfaceOf, type Surface } from './surface.ts';

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

/** Distances between the surfaces of two masks, between centres of pixels. */
export function surfaceDistances(
  mask: Mask,
  reference: Mask,
  { threshold, spacing }: SurfaceConfig,
): SurfaceDistances {
  assertSameSize(mask, reference);
  const [first, second] = [mask, reference].map((one) => surfaceOf(bitsAbove(one, threshold)));
  return distancesBetween(first, second, pixelSizeOf(mask, spacing));
}

/** A spacing that is set holds for the pixels of the image; those of a mask that was scaled are larger or smaller. */
function pixelSizeOf({ pixelSize = [1, 1], scale = [1, 1] }: Mask, spacing: Spacing | null): Spacing {
  return spacing ? [spacing[0] * scale[0], spacing[1] * scale[1]] : pixelSize;
}

/** The same of two surfaces in pictures of one size. */
export function distancesBetween(first: Surface, second: Surface, spacing: Spacing | null): SurfaceDistances {
  const size = spacing ?? ([1, 1] as const);
  return {
    toReference: nearestDistances(first, second, size),
    fromReference: nearestDistances(second, first, size),
  };
}

function bitsAbove(mask: Mask, threshold: number): BitMask {
  return packMask(binaryMask(mask, threshold), mask.width, mask.height);
}
