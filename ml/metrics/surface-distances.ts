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
        'Height and width of a pixel of the compared masks. If null, they are unknown and distances are in pixels. An evaluation ' +
        'compares masks at the size that the fusion or the model works at.',
      source: 'Most images are published without their spacing.',
      unit: 'mm',
    }),
};

export interface SurfaceConfig {
  readonly threshold: number;
  readonly spacing: Spacing | null;
}

/** Distances are in the unit of the spacing. */
export const surfaceUnit = ({ spacing }: SurfaceConfig): string => (spacing ? 'mm' : 'pixel');

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
  return distancesBetween(first, second, spacing);
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
