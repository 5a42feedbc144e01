import { z } from 'zod';
import type { RatersMetric } from '../metric.ts';
import { pooled, votesOfImage } from './comparable-images.ts';
import { krippendorffAlpha as alphaOf } from './vote-counts.ts';

/** Krippendorff's alpha, nominal, of the pixels of all images together. */
export const krippendorffAlpha: RatersMetric = {
  name: 'krippendorff_alpha',
  summary:
    'How much all raters agree beyond chance, over all pixels together. Raters need not annotate the same images.',
  formula: '1 − Dₒ / Dₑ, the observed disagreement over that by chance',
  citation: 'Krippendorff, Content analysis: an introduction to its methodology, 1980; nominal.',
  reconstruction: null,
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [-1, 1],
  better: 'higher',
  emptyMasks: 'Pixels like any other; undefined where all votes are equal.',
  perImage: true,
  overImages: 'pooled',
  compares: 'raters',
  groups: ['all'],
  ...pooled(votesOfImage, alphaOf),
};
