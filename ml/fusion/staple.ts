import { z } from 'zod';
import type { ImageMasks } from '../data/image-masks.ts';
import { blur } from '../geometry/blur.ts';
import { maximiseExpectation } from './expectation-maximisation.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { FusedImage } from './fused-image.ts';
import type { Fusion } from './fusion.ts';
import { fuseStructures, type FusedStructure } from './structure-fusion.ts';
import { countsOf, meanShare, patternTruth, pixelTruth, type Truth } from './truth.ts';
import { voteOutput } from './vote-output.ts';
import { toPixels, type VotePatterns } from './vote-patterns.ts';

const config = z.strictObject({
  ...voteOutput,
  prior: z
    .enum(['global', 'spatial', 'mrf'])
    .default('global')
    .meta({
      description:
        'P(foreground) before any vote. global: the share of all votes. spatial: that share, blurred around each pixel. ' +
        'mrf: global, with coupling between neighbouring pixels.',
      source:
        'Global as in ITK. The publication solves its Markov random field exactly; the mean field is our choice.',
    }),
  disputedOnly: z.boolean().default(false).meta({
    description:
      'Estimate the rates only from disputed pixels, which avoids the bias of a large background. All other pixels keep their vote.',
    source: 'Off, as in the publication.',
  }),
  start: z.enum(['vote', 'publication']).default('vote').meta({
    description:
      'Initial values. vote: the share of votes. publication: sensitivity and specificity of 0.99999.',
    source: 'The share of votes, as in ITK.',
  }),
  confidenceWeight: z.number().positive().max(1).default(1).meta({
    description: 'Factor on the global prior.',
    source: 'As in ITK.',
    unit: null,
  }),
  blur: z
    .number()
    .positive()
    .default(1 / 64)
    .meta({
      description: 'Standard deviation of the blur of the spatial prior.',
      source: 'Our choice.',
      unit: 'image heights',
    }),
  coupling: z.number().positive().default(0.5).meta({
    description: 'Ising coupling of the mrf prior: how strongly neighbouring pixels influence each other.',
    source: 'Our choice.',
    unit: null,
  }),
  sweeps: z.int().positive().default(5).meta({
    description: 'Mean-field sweeps in each E-step of the mrf prior.',
    source: 'Our choice.',
    unit: 'sweeps',
  }),
  tolerance: z.number().nonnegative().default(1e-14).meta({
    description: 'It has converged when the squared changes of all rates sum to less than this.',
    source: "As in ITK's STAPLE; an iteration costs very little.",
    unit: null,
  }),
  maxIterations: z.int().positive().default(1000).meta({
    description: 'Maximum number of iterations. If it has not converged by then, it stops.',
    source: 'Our choice: far more than are needed.',
    unit: 'iterations',
  }),
  clip: z.number().positive().max(0.1).default(1e-12).meta({
    description: 'Rates and priors are kept this far from 0 and 1, so that their logarithms are finite.',
    source: 'Our choice: far too small to affect a posterior.',
    unit: null,
  }),
});
export type StapleConfig = z.infer<typeof config>;

/**
 * STAPLE, for each image and structure by itself: EM over a hidden binary truth T with each rater's sensitivity
 * p = P(vote 1 | T = 1) and specificity q = P(vote 0 | T = 0); the prior of T is fixed. In: masks [h, w, n, C]. Out:
 * P(T = 1), [h, w, C]. A rater's weight is Youden's index p + q − 1, or 0 where that is negative, normalised over the
 * structure's annotators, then averaged over structures. Where raters agree the posterior comes near 0 or 1 without
 * reaching it, unless `disputedOnly`.
 */
export const staple: Fusion<StapleConfig> = {
  name: 'staple',
  summary:
    'Alternately estimates the hidden truth and each rater’s sensitivity and specificity, image by image.',
  citation:
    'Warfield, Zou, Wells: Simultaneous Truth and Performance Level Estimation (STAPLE), IEEE TMI 23(7), 2004.',
  reconstruction:
    'As published with the default, global prior. For the `spatial` and `mrf` priors the blur, the ' +
    'coupling and the mean-field solver are our choices; the publication solves its Markov random field ' +
    'exactly.',
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

function fuseOne(masks: ImageMasks, config: StapleConfig): FusedImage {
  return fuseStructures(masks, config, (patterns) => estimate(patterns, config));
}

function estimate(patterns: VotePatterns, config: StapleConfig): FusedStructure {
  const counts = countsOf(patterns, config.disputedOnly);
  return maximiseExpectation({ ...config, patterns, counts, truth: createTruth(patterns, counts, config) });
}

/** The spatial priors hold numbers for each pixel of the image: memory grows with it, some 40 bytes a pixel. */
function createTruth(patterns: VotePatterns, counts: Float64Array, config: StapleConfig): Truth {
  const { clip, coupling, sweeps } = config;
  const prior = meanShare(patterns, counts) * config.confidenceWeight;
  if (config.prior === 'global') return patternTruth({ patterns, counts, prior, estimatePrior: false, clip });
  const shares = toPixels(patterns, patterns.shares);
  if (config.prior === 'mrf')
    return pixelTruth({ patterns, counts, priors: shares.fill(prior), coupling, sweeps, clip });
  const { height, width } = patterns;
  const priors = blur(shares, { height, width, sigma: config.blur * height });
  return pixelTruth({ patterns, counts, priors, coupling: 0, sweeps: 0, clip });
}
