import { z } from 'zod';
import { quantile } from '../statistics/measure.ts';
import type { MaskMetric } from './metric.ts';
import {
  surfaceDistances,
  surfaceSettings,
  surfaceUnit,
  type SurfaceDistances,
} from './surface-distances.ts';

const config = z.strictObject(surfaceSettings);
export type Hausdorff95Config = z.infer<typeof config>;

/**
 * Hausdorff distance without its worst twentieth: the 95 % quantile of the surface distances in each direction, and the
 * larger of the two. So do MONAI and surface-distance; medpy takes the quantile of both directions together, which is
 * smaller. Quantiles interpolate linearly. Surface as in surface.ts.
 */
export const hausdorff95: MaskMetric<Hausdorff95Config> = {
  name: 'hausdorff_95',
  summary:
    'Largest distance between the outlines of two masks, ignoring the farthest 5 %. An agreement gives it image by image.',
  formula: 'max(Q₉₅ of d(a, ∂B) over a in ∂A, Q₉₅ of d(b, ∂A) over b in ∂B)',
  citation:
    'Huttenlocher, Klanderman and Rucklidge, Comparing images using the Hausdorff distance, TPAMI 1993; definition as in MONAI.',
  reconstruction: null,
  history: [
    'First version.',
    "Distances in the image's millimetres or pixels, no longer in pixels of the size at which masks are compared.",
  ],
  config,
  presets: {},
  unit: surfaceUnit,
  range: [0, null],
  better: 'lower',
  emptyMasks: 'Both or one empty: undefined, the image is left out and counted.',
  perImage: true,
  overImages: 'mean',
  compares: 'masks',
  symmetric: true,
  emptyAt: ({ threshold }) => threshold,
  whenEmpty: { both: null, one: null },
  measure(mask, reference, config) {
    return hausdorff95Of(surfaceDistances(mask, reference, config));
  },
};

/** Null where a mask is empty. */
export function hausdorff95Of({ toReference, fromReference }: SurfaceDistances): number | null {
  if (toReference.length === 0 || fromReference.length === 0) return null;
  return Math.max(quantile(toReference.sort(), 0.95), quantile(fromReference.sort(), 0.95));
}
