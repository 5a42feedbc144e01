import { z } from 'zod';
import { mean } from '../statistics/measure.ts';
import type { MaskWithRatersMetric } from './metric.ts';
import { softOverlap, softSettings } from './overlap.ts';

const config = z.strictObject(softSettings);
export type MeanRaterDiceConfig = z.infer<typeof config>;

/** Soft Dice of one mask with each rater's, averaged over the raters who annotated the image. */
export const meanRaterDice: MaskWithRatersMetric<MeanRaterDiceConfig> = {
  name: 'mean_rater_dice',
  summary: 'How well a mask agrees with the raters of its image: soft Dice with each, averaged.',
  formula: 'mean over raters of soft_dice',
  citation: 'Soft Dice of Wu et al. 2022 (arXiv 2208.03016); the mean over raters is ours.',
  reconstruction: 'The mean over raters is ours.',
  history: [
    'First version.',
    'Thresholds are compared in the precision of the mask: k of n votes are not above k / n.',
  ],
  config,
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: 'With each rater, at each threshold: both empty 1, one empty 0.',
  perImage: true,
  overImages: null,
  compares: 'mask-with-raters',
  measure(mask, raters, { thresholds }) {
    if (raters.length === 0) return null;
    return mean(raters.map((rater) => softOverlap(mask, rater, thresholds).dice));
  },
};
