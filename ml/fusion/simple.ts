import { z } from 'zod';
import type { ImageMasks } from '../data/image-masks.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { FusedImage } from './fused-image.ts';
import type { Fusion } from './fusion.ts';
import type { RaterPerformance } from './rater-figures.ts';
import { fuseStructures, type FusedStructure } from './structure-fusion.ts';
import { decide, voteOutput, type VoteOutput } from './vote-output.ts';
import type { VotePatterns } from './vote-patterns.ts';

const config = z.strictObject({
  ...voteOutput,
  alpha: z.number().nonnegative().default(1).meta({
    description: 'A rater is left out if their Dice is this far below the mean Dice of the raters.',
    source: 'Our choice: we could not verify the value in the publication.',
    unit: 'standard deviations',
  }),
  minimumRaters: z.int().positive().default(3).meta({
    description: 'At least this many raters are kept, whatever their Dice.',
    source: 'Our choice: if two raters disagree, nobody can say which one is right.',
    unit: 'raters',
  }),
  tolerance: z.number().nonnegative().default(1e-9).meta({
    description: "It has converged when no rater's Dice changes by more than this.",
    source: 'Our choice.',
    unit: null,
  }),
  maxIterations: z.int().positive().default(100).meta({
    description: 'Maximum number of iterations. If it has not converged by then, it stops.',
    source: 'Our choice: far more than are needed.',
    unit: 'iterations',
  }),
});
export type SimpleConfig = z.infer<typeof config>;

/**
 * SIMPLE, for each image and structure by itself: vote with weights; rate each selected rater by the Dice of its mask
 * with the hard vote; leave out those below mean − α · standard deviation; vote again with the Dice as weight, until
 * selection and weights stand. In: masks [h, w, n, C]. Out: the weighted share of the selected raters, [h, w, C].
 * Sensitivity and specificity are shares of pixels against the last hard vote, for raters left out too, whose weight
 * is 0. Dice of two empty masks is 1.
 */
export const simple: Fusion<SimpleConfig> = {
  name: 'simple',
  summary: 'Repeatedly leaves out raters far from the vote and weights the others by their Dice with it.',
  citation:
    'Langerak et al.: Label Fusion in Atlas-Based Segmentation Using a Selective and Iterative Method for Performance ' +
    'Level Estimation (SIMPLE), IEEE TMI 29(12), 2010; threshold, floor and stop are our choice.',
  reconstruction:
    'The publication leaves open how far below the mean a rater is left out, how many raters must stay and ' +
    'when to stop: all three are our choices.',
  history: [
    'First version.',
    'Each image at its own size unless another is asked for, and shares of votes are stored exactly.',
  ],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fuseImage: fuseOne,
  fuse: (input) => fuseSamples(input, fuseOne),
};

function fuseOne(masks: ImageMasks, config: SimpleConfig): FusedImage {
  return fuseStructures(masks, config, (patterns) => select(patterns, config));
}

function select(patterns: VotePatterns, config: SimpleConfig): FusedStructure {
  let weights = patterns.annotators.map(() => 1);
  let [iterations, converged] = [0, false];
  while (!converged && iterations < config.maxIterations) {
    const figures = compare(patterns, vote(patterns, weights), config);
    const next = leaveOut(
      weights.map((weight, j) => (weight > 0 ? figures[j].dice : 0)),
      config,
    );
    converged = next.every((weight, j) => Math.abs(weight - weights[j]) <= config.tolerance);
    weights = next;
    iterations += 1;
  }
  const shares = vote(patterns, weights);
  return {
    fused: { byPattern: shares },
    performance: compare(patterns, shares, config).map(({ dice: _, ...rates }) => rates),
    weights,
    iterations,
    converged,
    losses: [],
  };
}

/** The weighted share of votes, exactly 0 or 1 where raters agree: [t]. Equal weights where all are zero. */
function vote({ votes, shares }: VotePatterns, weights: readonly number[]): Float64Array {
  const m = weights.length;
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  if (all === 0) return shares;
  return shares.map((share, t) => {
    if (share === 0 || share === 1) return share;
    return weights.reduce((sum, weight, j) => sum + weight * votes[t * m + j], 0) / all;
  });
}

interface Figures extends RaterPerformance {
  readonly dice: number;
}

/** Each rater's mask beside the hard vote; a tie left undecided counts half as foreground, half as background. */
function compare(
  { votes, counts, annotators }: VotePatterns,
  shares: Float64Array,
  output: VoteOutput,
): Figures[] {
  const m = annotators.length;
  return annotators.map((_, j) => {
    let [hit, missed, invented, rejected] = [0, 0, 0, 0];
    shares.forEach((share, t) => {
      const inside = counts[t] * decide(share, output.ties);
      const outside = counts[t] - inside;
      if (votes[t * m + j]) [hit, invented] = [hit + inside, invented + outside];
      else [missed, rejected] = [missed + inside, rejected + outside];
    });
    return {
      dice: (2 * hit) / (2 * hit + missed + invented) || (hit + missed + invented === 0 ? 1 : 0),
      sensitivity: hit + missed > 0 ? hit / (hit + missed) : null,
      specificity: rejected + invented > 0 ? rejected / (rejected + invented) : null,
    };
  });
}

/** Sets the weights of raters far below the others to zero, worst first, as long as enough stay. */
function leaveOut(dice: readonly number[], { alpha, minimumRaters }: SimpleConfig): number[] {
  const selected = dice.filter((one) => one > 0);
  const mean = selected.reduce((sum, one) => sum + one, 0) / selected.length;
  const variance = selected.reduce((sum, one) => sum + (one - mean) ** 2, 0) / selected.length;
  // Equal raters differ by rounding alone: none of them is far from the others.
  const least = mean - alpha * Math.sqrt(variance) - 1e-12;
  const floor = selected.sort((a, b) => b - a)[Math.min(minimumRaters, selected.length) - 1];
  return dice.map((one) => (one >= Math.min(least, floor) ? one : 0));
}
