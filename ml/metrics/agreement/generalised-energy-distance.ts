import { z } from 'zod';
import { bootstrapMeanOfDefined } from '../../statistics/bootstrap-mean.ts';
import { mean, type Measure } from '../../statistics/measure.ts';
import type { RaterGroup, RatersMetric } from '../metric.ts';
import { leavingOut, pairCounts, sharedImages, subjectsOf } from './comparable-images.ts';
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
  emptyMasks: 'Two empty masks have distance 0.',
  perImage: false,
  overImages: 'mean',
  compares: 'raters',
  groups: ['all', 'one', 'pair'],
  measure(images, group, seed) {
    if (group.otherRater !== undefined) return ofPair(images, group, seed);
    if (group.rater !== undefined) return ofRater(images, group.rater, seed);
    const { of, subjects, left, whyNone } = sharedImages(images);
    const distances = of.map(({ energyDistances }) => mean([...energyDistances.values()]));
    return leavingOut(left, bootstrapMeanOfDefined(distances, { seed, subjects, whyNone: whyNone ?? '' }));
  },
};

function ofRater(images: readonly ImageAgreement[], rater: string, seed: number): Measure {
  const distances = images.map(({ energyDistances }) => energyDistances.get(rater) ?? null);
  const whyNone = 'no image that they and another annotated';
  return bootstrapMeanOfDefined(distances, { seed, subjects: subjectsOf(images), whyNone });
}

function ofPair(images: readonly ImageAgreement[], group: RaterGroup, seed: number): Measure {
  const { of, subjects, left, whyNone } = pairCounts(images, group);
  const distances = of.map((counts) => 2 * pairDistance(counts));
  return leavingOut(left, bootstrapMeanOfDefined(distances, { seed, subjects, whyNone: whyNone ?? '' }));
}
