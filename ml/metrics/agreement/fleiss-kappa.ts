import { z } from 'zod';
import type { RatersMetric } from '../metric.ts';
import { pooled, votesOfImage } from './comparable-images.ts';
import { fleissKappa as kappaOf } from './vote-counts.ts';

/** Fleiss' kappa of the pixels of all images together: agreement by chance is a figure of the whole set. */
export const fleissKappa: RatersMetric = {
  name: 'fleiss_kappa',
  summary:
    'How much all raters agree beyond chance, over the pixels of all images together. In one image: over its pixels.',
  formula: '(P − Pₑ) / (1 − Pₑ), P the mean share of agreeing pairs of raters, Pₑ that by chance',
  citation: 'Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 1971.',
  reconstruction: 'Where pixels have different numbers of raters each uses its own and weighs the same.',
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
  ...pooled(votesOfImage, kappaOf),
};
