import { z } from 'zod';
import type { ImageMasks } from '../data/image-masks.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { FusedImage } from './fused-image.ts';
import { maximiseExpectation } from './expectation-maximisation.ts';
import type { Fusion } from './fusion.ts';
import { fuseStructures, type FusedStructure } from './structure-fusion.ts';
import { countsOf, meanShare, patternTruth } from './truth.ts';
import { voteOutput } from './vote-output.ts';
import type { VotePatterns } from './vote-patterns.ts';

const config = z.strictObject({
  ...voteOutput,
  tolerance: z.number().nonnegative().default(1e-14).meta({
    description: 'It has converged when the squared changes of all rates sum to less than this.',
    source: 'Our choice, as in STAPLE: an iteration costs very little.',
    unit: null,
  }),
  maxIterations: z.int().positive().default(1000).meta({
    description: 'Maximum number of iterations. If it has not converged by then, it stops.',
    source: 'Our choice: far more than are needed.',
    unit: 'iterations',
  }),
  clip: z.number().positive().max(0.1).default(1e-10).meta({
    description: 'Rates and prior are kept this far from 0 and 1.',
    source: "crowd-kit's value.",
    unit: null,
  }),
});
export type DawidSkeneConfig = z.infer<typeof config>;

/**
 * Dawid and Skene with two classes, for each image and structure by itself: EM over the hidden class of each pixel, each
 * rater's full confusion matrix (with two classes: sensitivity, specificity and what they leave of one) and the
 * classes' prior, all estimated; it starts from the share of votes. Unlike STAPLE the prior is estimated too. In: masks
 * [h, w, n, C]. Out: P(foreground), [h, w, C]. Weights as in STAPLE: Youden's index p + q − 1, from 0, normalised.
 */
export const dawidSkene: Fusion<DawidSkeneConfig> = {
  name: 'dawid-skene',
  summary:
    'Alternately estimates the hidden truth, its prior and each rater’s confusion matrix, image by image.',
  citation:
    'Dawid, Skene: Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, Appl. Statist. 28(1), 1979.',
  reconstruction: null,
  history: [
    'First version.',
    'Each image at its own size unless another is asked for, and shares of votes are stored exactly.',
  ],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  posterior: true,
  needsDiagnosisModel: false,
  fuseImage: fuseOne,
  fuse: (input) => fuseSamples(input, fuseOne),
};

function fuseOne(masks: ImageMasks, config: DawidSkeneConfig): FusedImage {
  return fuseStructures(masks, config, (patterns) => estimate(patterns, config));
}

function estimate(patterns: VotePatterns, config: DawidSkeneConfig): FusedStructure {
  const counts = countsOf(patterns, false);
  const prior = meanShare(patterns, counts);
  const truth = patternTruth({ patterns, counts, prior, estimatePrior: true, clip: config.clip });
  return maximiseExpectation({ ...config, start: 'vote', patterns, counts, truth });
}
