import { z } from 'zod';
import { mean } from '../../statistics/measure.ts';
import type { RatersMetric } from '../metric.ts';
import { meanOverImages } from './comparable-images.ts';
import type { ImageAgreement } from './image-agreement.ts';
import { pairDice } from './pair-counts.ts';

/** Dice of every two raters of an image, averaged over pairs, then over images. */
export const meanPairwiseDice: RatersMetric = {
  name: 'mean_pairwise_dice',
  summary: 'Overlap of the raters’ masks: Dice of every pair of raters of an image, averaged.',
  formula: 'mean over images of the mean over pairs of dice',
  citation: 'Dice 1945; the mean over pairs is common usage.',
  reconstruction: null,
  history: ['First version.', 'Two empty masks agree: 1. They were left out.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: 'Of each pair: both empty 1, one empty 0.',
  perImage: true,
  overImages: 'mean',
  compares: 'raters',
  groups: ['all'],
  ofImage: meanOfPairs,
  measure: meanOverImages(meanOfPairs),
};

function meanOfPairs({ pairs }: ImageAgreement): number | null {
  return pairs.length === 0 ? null : mean(pairs.map(({ counts }) => pairDice(counts)));
}
