import { z } from 'zod';
import type { MaskMetric } from './metric.ts';
import { countedAsEmpty, softOverlap, softSettings } from './overlap.ts';

const config = z.strictObject(softSettings);
export type SoftIouConfig = z.infer<typeof config>;

/** Intersection over union of two soft masks, averaged over thresholds. */
export const softIou: MaskMetric<SoftIouConfig> = {
  name: 'soft_iou',
  summary: 'Overlap of two soft masks: intersection over union at several thresholds, averaged.',
  formula: 'mean over t of |A ∩ B| / |A ∪ B|, where A and B are the pixels above t',
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
  measure: (mask, reference, { thresholds }) => softOverlap(mask, reference, thresholds).iou,
};
