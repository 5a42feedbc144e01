import { z } from 'zod';
import { mean } from '../../statistics/measure.ts';
import type { RaterGroup, RatersMetric } from '../metric.ts';
import { countsOfPair, meanOverImages } from './comparable-images.ts';
import type { ImageAgreement } from './image-agreement.ts';
import { pairDistance } from './mask-distances.ts';

/**
 * Generalised energy distance by 1 − IoU: of one rater's mask to those of the others; over all raters the mean of these;
 * of two raters twice 1 − IoU. Mean over images.
 */
export const generalisedEnergyDistance: RatersMetric = {
  name: 'generalised_energy_distance',
  summary:
    'How much outlines differ: among all raters, between one and the others, or between two. 0 is full agreement.',
  formula: '2 E[d(S, Y)] − E[d(S, S′)] − E[d(Y, Y′)], d = 1 − IoU',
  citation: 'Kohl et al., A probabilistic U-Net for segmentation of ambiguous images, NeurIPS 2018.',
  reconstruction: 'Among raters, as no model draws samples here; of two raters it is twice 1 − IoU.',
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [0, 2],
  better: 'lower',
  emptyMasks: 'Of each pair: both empty distance 0, one empty distance 1.',
  perImage: true,
  overImages: 'mean',
  compares: 'raters',
  groups: ['all', 'one', 'pair'],
  ofImage: energyDistance,
  measure: meanOverImages(energyDistance),
};

function energyDistance(image: ImageAgreement, { rater, otherRater }: RaterGroup): number | null {
  const { energyDistances } = image;
  if (otherRater !== undefined) {
    const counts = countsOfPair(image, { rater, otherRater });
    return counts && 2 * pairDistance(counts);
  }
  if (rater !== undefined) return energyDistances.get(rater) ?? null;
  return energyDistances.size === 0 ? null : mean([...energyDistances.values()]);
}
