import { z } from 'zod';
import type { MaskMetric } from './metric.ts';
import { surfaceDistances, surfaceSettings } from './surface-distances.ts';

const config = z.strictObject({
  ...surfaceSettings,
  tolerance: z.number().min(0).default(1).meta({
    description:
      'How far apart outlines may be and still agree: in mm if the spacing is known, otherwise in pixels of the image.',
    source:
      'Masks are drawn to an accuracy of one pixel. If it is known by how much raters differ, use that distance.',
    unit: 'pixels, or mm where the spacing is known',
  }),
});
export type NormalisedSurfaceDiceConfig = z.infer<typeof config>;

/**
 * The share of two outlines that agree within a tolerance. Outlines are counted in surface pixels, as MONAI does by
 * default; surface-distance counts their length. Surface as in surface.ts.
 */
export const normalisedSurfaceDice: MaskMetric<NormalisedSurfaceDiceConfig> = {
  name: 'normalised_surface_dice',
  summary: 'Share of the outlines of two masks that agree within a tolerance.',
  formula: '(|{a in ∂A: d(a, ∂B) ≤ τ}| + |{b in ∂B: d(b, ∂A) ≤ τ}|) / (|∂A| + |∂B|)',
  citation:
    'Nikolov et al., Clinically applicable segmentation of head and neck anatomy for radiotherapy, JMIR 2021 (arXiv 1809.04430); counted as in MONAI.',
  reconstruction: null,
  history: [
    'First version.',
    "Distances in the image's millimetres or pixels, no longer in pixels of the size at which masks are compared.",
    'Two empty masks agree: 1. They were left out.',
  ],
  config,
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: 'Both empty: 1. One empty: 0.',
  perImage: true,
  overImages: 'mean',
  compares: 'masks',
  symmetric: true,
  emptyAt: ({ threshold }) => threshold,
  whenEmpty: { both: 1, one: 0 },
  measure(mask, reference, { tolerance, ...surface }) {
    const { toReference, fromReference } = surfaceDistances(mask, reference, surface);
    const pixels = toReference.length + fromReference.length;
    if (pixels === 0) return 1;
    return (within(toReference, tolerance) + within(fromReference, tolerance)) / pixels;
  },
};

/** Three pixels of 0.1 mm are 0.30000000000000004 mm: within a tolerance of 0.3. */
const ROUNDING = 1e-9;

function within(distances: Float64Array, tolerance: number): number {
  return distances.filter((distance) => distance <= tolerance * (1 + ROUNDING)).length;
}
