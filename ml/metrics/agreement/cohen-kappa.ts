import { z } from 'zod';
import { pooledOverImages } from '../../statistics/pooled-over-images.ts';
import type { RatersMetric } from '../metric.ts';
import { equalVotes, leavingOut, pairCounts } from './comparable-images.ts';
import { cohenKappa as kappaOf } from './pair-counts.ts';

/** Cohen's kappa of two raters, of the pixels of all images together. */
export const cohenKappa: RatersMetric = {
  name: 'cohen_kappa',
  summary: 'How much two raters agree beyond chance, over the pixels of all images together.',
  formula: '(pₒ − pₑ) / (1 − pₑ), pₒ the share of pixels on which they agree, pₑ that by chance',
  citation: 'Cohen, A coefficient of agreement for nominal scales, 1960.',
  reconstruction: null,
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [-1, 1],
  better: 'higher',
  emptyMasks: 'Pixels like any other; undefined where both raters left all images empty.',
  perImage: false,
  overImages: 'pooled',
  compares: 'raters',
  groups: ['pair'],
  measure(images, group, seed) {
    const { of, subjects, left, whyNone } = pairCounts(images, group);
    return leavingOut(
      left,
      pooledOverImages(of, kappaOf, { seed, subjects, whyUndefined: whyNone ?? equalVotes }),
    );
  },
};
