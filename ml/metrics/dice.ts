import { z } from 'zod';
import type { MaskMetric } from './metric.ts';
import { overlap } from './overlap.ts';
import { thresholdSetting } from './surface-distances.ts';

const config = z.strictObject({ threshold: thresholdSetting });
export type DiceConfig = z.infer<typeof config>;

/** Dice of two masks at one threshold. An agreement gives it of two raters' masks. */
export const dice: MaskMetric<DiceConfig> = {
  name: 'dice',
  summary:
    'Overlap of two masks at one threshold. In a measurement of agreement: of the masks of two raters.',
  formula: '2 |A ∩ B| / (|A| + |B|)',
  citation: 'Dice, Measures of the amount of ecologic association between species, Ecology 1945.',
  reconstruction: null,
  history: [
    'First version.',
    'Thresholds are compared in the precision of the mask: k of n votes are not above k / n.',
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
  measure: (mask, reference, { threshold }) => overlap(mask, reference, threshold)?.dice ?? 1,
};
