import { z } from 'zod';
import type { MaskMetric } from './metric.ts';
import { surfaceDistances, surfaceSettings, surfaceUnit } from './surface-distances.ts';

const config = z.strictObject(surfaceSettings);
export type AverageSymmetricSurfaceDistanceConfig = z.infer<typeof config>;

/**
 * Mean distance between two outlines: the mean over the surface pixels of both masks together, as in MONAI. The mean of
 * the two directions' means, which some tools give, weighs a short outline as much as a long one. Surface as in
 * surface.ts.
 */
export const averageSymmetricSurfaceDistance: MaskMetric<AverageSymmetricSurfaceDistanceConfig> = {
  name: 'average_symmetric_surface_distance',
  summary: 'Average distance between the outlines of two masks.',
  formula: '(Σ d(a, ∂B) over a in ∂A + Σ d(b, ∂A) over b in ∂B) / (|∂A| + |∂B|)',
  citation:
    'Heimann et al., Comparison and evaluation of methods for liver segmentation, TMI 2009; definition as in MONAI.',
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
    const { toReference, fromReference } = surfaceDistances(mask, reference, config);
    if (toReference.length === 0 || fromReference.length === 0) return null;
    return (sum(toReference) + sum(fromReference)) / (toReference.length + fromReference.length);
  },
};

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
