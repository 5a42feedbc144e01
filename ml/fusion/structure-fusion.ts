import type { Strip } from '../data/bit-mask.ts';
import type { ImageMasks } from '../data/image-masks.ts';
import type { FusedImage } from './fused-image.ts';
import { raterFigures, type RaterPerformance } from './rater-figures.ts';
import { rowsOf, type SoftValues } from './soft-values.ts';
import { applyOutput, type VoteOutput } from './vote-output.ts';
import { isUnanimous, readVotePatterns, type VotePatterns } from './vote-patterns.ts';

/** The fusion of one structure of one image; lists in the order of the patterns' annotators. */
export interface FusedStructure {
  /** Soft mask. */
  readonly fused: SoftValues;
  readonly performance: readonly RaterPerformance[]; // [m]
  /** Not negative; only their ratios count. [m] */
  readonly weights: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
  readonly losses: readonly number[];
}

/**
 * Fuses each structure by itself. Where all annotators agree everywhere (one annotator, all empty, all full) the answer
 * is their mask and nothing is estimated. A rater's weight is the mean over the structures, each normalised first.
 */
export function fuseStructures(
  image: ImageMasks,
  output: VoteOutput,
  fuse: (patterns: VotePatterns) => FusedStructure,
): FusedImage {
  const { raters, structures } = image;
  const patterns = structures.map((_, k) => readVotePatterns(image, k));
  const parts = patterns.map((one) => (one.shares.every(isUnanimous) ? agreed(one) : fuse(one)));
  const performance = raters.map(() => structures.map((): RaterPerformance | null => null));
  const weights = new Array<number>(raters.length).fill(0);
  parts.forEach((part, k) => {
    const shares = normalise(part.weights);
    patterns[k].annotators.forEach((rater, j) => {
      performance[rater][k] = part.performance[j];
      weights[rater] += shares[j] / structures.length;
    });
  });
  const masks = parts.map(({ fused }, k) => ({
    rows: (strip: Strip) => applyOutput(rowsOf(fused, patterns[k], strip), output),
  }));
  const figures = {
    raters: weights.map((weight, rater) => raterFigures(weight, performance[rater])),
    iterations: Math.max(...parts.map(({ iterations }) => iterations)),
    converged: parts.every(({ converged }) => converged),
    losses: addLosses(parts.map(({ losses }) => losses)),
    initialLogit: null,
    finalLogit: null,
  };
  return { masks, figures };
}

/** Nothing speaks against anyone; a share of no pixels at all is not a number, so it is null. */
function agreed({ annotators, shares }: VotePatterns): FusedStructure {
  const one = {
    sensitivity: shares.includes(1) ? 1 : null,
    specificity: shares.includes(0) ? 1 : null,
  };
  return {
    fused: { byPattern: shares },
    performance: annotators.map(() => one),
    weights: annotators.map(() => 1),
    iterations: 0,
    converged: true,
    losses: [],
  };
}

/** Shares that sum to one; equal ones where every weight is zero. */
function normalise(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
}

/** Sum over structures after each iteration; one that has ended keeps its last value. */
function addLosses(lists: readonly (readonly number[])[]): number[] {
  const running = lists.filter((list) => list.length > 0);
  const length = Math.max(0, ...running.map((list) => list.length));
  return Array.from({ length }, (_, i) => {
    return running.reduce((sum, list) => sum + list[Math.min(i, list.length - 1)], 0);
  });
}
