import { z } from 'zod';
import { pooledOverImages } from '../../statistics/pooled-over-images.ts';
import type { RatersMetric } from '../metric.ts';
import { equalVotes, leavingOut, sharedImages } from './comparable-images.ts';
import { fleissKappa as kappaOf } from './vote-counts.ts';

/** Fleiss' kappa of the pixels of all images together: agreement by chance is a figure of the whole set. */
export const fleissKappa: RatersMetric = {
  name: 'fleiss_kappa',
  summary: 'How much all raters agree beyond chance, over the pixels of all images together.',
  formula: '(P − Pₑ) / (1 − Pₑ), P the mean share of agreeing pairs of raters, Pₑ that by chance',
  citation: 'Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 1971.',
  reconstruction: 'Where pixels have different numbers of raters each uses its own and weighs the same.',
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [-1, 1],
  better: 'higher',
  emptyMasks: 'Pixels like any other; undefined where all masks of all images are empty.',
  perImage: false,
  overImages: 'pooled',
  compares: 'raters',
  groups: ['all'],
  measure(images, _, seed) {
    const { of, subjects, left, whyNone } = sharedImages(images);
    const totals = of.map(({ votes }) => votes);
    const whyUndefined = whyNone ?? equalVotes;
    return leavingOut(left, pooledOverImages(totals, kappaOf, { seed, subjects, whyUndefined }));
  },
};
