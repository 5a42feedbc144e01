import { z } from 'zod';
import type { SampleSource } from '../data/sample.ts';
import { blur } from '../geometry/blur.ts';
import { byImage } from './by-image.ts';
import { maximiseExpectation } from './expectation-maximisation.ts';
import type { Fusion } from './fusion.ts';
import { fuseStructures, type FusedStructure } from './structure-fusion.ts';
import { countsOf, meanShare, patternTruth, pixelTruth, type Truth } from './truth.ts';
import { voteOutput } from './vote-output.ts';
import { toPixels, type VotePatterns } from './vote-patterns.ts';

const config = z.strictObject({
  ...voteOutput,
  /**
   * P(foreground) before any vote. global: the share of all votes; spatial: that share, blurred around each pixel;
   * mrf: global, with neighbours that pull on each other. The publication solves its MRF exactly; the mean field is
   * our choice.
   */
  prior: z.enum(['global', 'spatial', 'mrf']).default('global'),
  /** Estimates from disputed pixels alone, without the bias of a huge background; the others keep their vote exactly. */
  disputedOnly: z.boolean().default(false),
  /** vote: from the share of votes, as ITK does; publication: from p = q = 0.99999. */
  start: z.enum(['vote', 'publication']).default('vote'),
  /** Factor on the global prior, as in ITK. */
  confidenceWeight: z.number().positive().max(1).default(1),
  /** Width of the spatial prior's Gaussian, in image heights (our choice). */
  blur: z
    .number()
    .positive()
    .default(1 / 64),
  /** Ising coupling of the mrf prior (our choice). */
  coupling: z.number().positive().default(0.5),
  /** Mean-field sweeps in each E-step of the mrf prior (our choice). */
  sweeps: z.number().int().positive().default(5),
  /** ITK's 1e-14; an iteration costs next to nothing. */
  tolerance: z
    .number()
    .nonnegative()
    .default(1e-14)
    .describe('It has converged where the squared changes of all rates sum to less than this.'),
  maxIterations: z.int().positive().default(1000).describe('Iterations after which it ends unconverged.'),
  /** Rates and priors stay this far from 0 and 1, so that logarithms are finite; far below what moves a posterior. */
  clip: z.number().positive().max(0.1).default(1e-12),
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
  summary: 'Estimates the hidden truth and each rater’s sensitivity and specificity in turn, image by image.',
  citation:
    'Warfield, Zou, Wells: Simultaneous Truth and Performance Level Estimation (STAPLE), IEEE TMI 23(7), 2004.',
  reconstruction:
    'As published with the default, global prior. For the `spatial` and `mrf` priors the blur, the ' +
    'coupling and the mean-field solver are our choices; the publication solves its Markov random field ' +
    'exactly.',
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  posterior: true,
  needsDiagnosisModel: false,
  fuse(input) {
    const { source, config } = input;
    return byImage(input, (sample) =>
      fuseStructures({ sample, source, ...config }, (patterns) => estimate(patterns, source, config)),
    );
  },
};

function estimate(patterns: VotePatterns, source: SampleSource, config: StapleConfig): FusedStructure {
  const counts = countsOf(patterns, config.disputedOnly);
  const truth = createTruth(patterns, counts, source, config);
  return maximiseExpectation({ ...config, patterns, counts, truth });
}

function createTruth(
  patterns: VotePatterns,
  counts: Float64Array,
  { height, width }: SampleSource,
  config: StapleConfig,
): Truth {
  const { clip, coupling, sweeps } = config;
  const prior = meanShare(patterns, counts) * config.confidenceWeight;
  if (config.prior === 'global') return patternTruth({ patterns, counts, prior, estimatePrior: false, clip });
  const shares = toPixels(patterns, patterns.shares);
  if (config.prior === 'mrf') {
    return pixelTruth({ patterns, counts, priors: shares.fill(prior), width, coupling, sweeps, clip });
  }
  const priors = blur(shares, { height, width, sigma: config.blur * height });
  return pixelTruth({ patterns, counts, priors, width, coupling: 0, sweeps: 0, clip });
}
