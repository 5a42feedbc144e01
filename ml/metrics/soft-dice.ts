import { z } from 'zod';
import type { MaskMetric } from './metric.ts';
import { countedAsEmpty, softOverlap, softSettings } from './overlap.ts';

const config = z.strictObject(softSettings);
export type SoftDiceConfig = z.infer<typeof config>;

/** Dice of two soft masks, averaged over thresholds. */
export const softDice: MaskMetric<SoftDiceConfig> = {
  name: 'soft_dice',
  summary: 'Overlap of two soft masks: Dice at several thresholds, averaged.',
  formula: 'mean over t of 2 |A ∩ B| / (|A| + |B|), where A and B are the pixels above t',
  citation: 'Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: [
    'First version.',
    'Thresholds are compared in the precision of the mask: k of n votes are not above k / n.',
  ],
  config,
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: `At each threshold: both empty 1, one empty 0. ${countedAsEmpty}`,
  perImage: true,
  overImages: 'mean',
  compares: 'masks',
  symmetric: true,
  emptyAt: ({ thresholds }) => Math.min(...thresholds),
  whenEmpty: { both: 1, one: 0 },
  measure: (mask, reference, { thresholds }) => softOverlap(mask, reference, thresholds).dice,
};
