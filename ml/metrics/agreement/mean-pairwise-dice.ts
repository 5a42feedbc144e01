import { z } from 'zod';
import { bootstrapMeanOfDefined } from '../../statistics/bootstrap-mean.ts';
import { mean } from '../../statistics/measure.ts';
import type { RatersMetric } from '../metric.ts';
import { emptyMasks, leavingOut, sharedImages } from './comparable-images.ts';
import type { ImageAgreement } from './image-agreement.ts';
import { pairDice } from './pair-counts.ts';

/** Dice of every two raters of an image, averaged over pairs, then over images. */
export const meanPairwiseDice: RatersMetric = {
  name: 'mean_pairwise_dice',
  summary: 'Overlap of the raters’ masks: Dice of every pair of raters of an image, averaged.',
  formula: 'mean over images of the mean over pairs of dice',
  citation: 'Dice 1945; the mean over pairs is common usage.',
  reconstruction: null,
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: 'A pair of empty masks is undefined and left out; an image without any other pair is counted.',
  perImage: false,
  overImages: 'mean',
  compares: 'raters',
  groups: ['all'],
  measure(images, _, seed) {
    const { of, subjects, left, whyNone } = sharedImages(images);
    const options = { seed, subjects, whyNone: whyNone ?? emptyMasks };
    return leavingOut(left, bootstrapMeanOfDefined(of.map(meanOfPairs), options));
  },
};

function meanOfPairs({ pairs }: ImageAgreement): number | null {
  const defined = pairs.map(({ counts }) => pairDice(counts)).filter((dice) => dice !== null);
  return defined.length === 0 ? null : mean(defined);
}
