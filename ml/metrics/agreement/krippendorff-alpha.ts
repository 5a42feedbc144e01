import { z } from 'zod';
import { pooledOverImages } from '../../statistics/pooled-over-images.ts';
import type { RatersMetric } from '../metric.ts';
import { equalVotes, leavingOut, sharedImages } from './comparable-images.ts';
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
  emptyMasks: 'Pixels like any other; undefined where all masks of all images are empty.',
  perImage: false,
  overImages: 'pooled',
  compares: 'raters',
  groups: ['all'],
  measure(images, _, seed) {
    const { of, subjects, left, whyNone } = sharedImages(images);
    const totals = of.map(({ votes }) => votes);
    const whyUndefined = whyNone ?? equalVotes;
    return leavingOut(left, pooledOverImages(totals, alphaOf, { seed, subjects, whyUndefined }));
  },
};
