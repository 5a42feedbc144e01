import type { Sample, SampleSource } from '../data/sample.ts';
import type { FusedSample } from './fusion.ts';
import { raterFigures, type RaterPerformance } from './rater-figures.ts';
import { isUnanimous, readVotePatterns, toPixels, type VotePatterns } from './vote-patterns.ts';
import { applyOutput, type VoteOutput } from './vote-output.ts';

/** The fusion of one structure of one image; lists in the order of the patterns' annotators. */
export interface FusedStructure {
  /** Soft mask: [p]. */
  readonly fused: Float32Array;
  readonly performance: readonly RaterPerformance[]; // [m]
  /** Not negative; only their ratios count. [m] */
  readonly weights: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
  readonly losses: readonly number[];
}

interface Input extends VoteOutput {
  readonly sample: Sample;
  readonly source: SampleSource;
}

/**
 * Fuses each structure by itself. Where all annotators agree everywhere (one annotator, all empty, all full) the answer
 * is their mask and nothing is estimated. A rater's weight is the mean over the structures, each normalised first.
 */
export function fuseStructures(
  { sample, source, ...output }: Input,
  fuse: (patterns: VotePatterns) => FusedStructure,
): FusedSample {
  const c = source.structures.length;
  const patterns = source.structures.map((_, k) => readVotePatterns(sample, source, k));
  const parts = patterns.map((one) => (one.shares.every(isUnanimous) ? agreed(one) : fuse(one)));
  const fused = new Float32Array(source.height * source.width * c);
  const performance = source.raters.map(() => source.structures.map((): RaterPerformance | null => null));
  const weights = new Array<number>(source.raters.length).fill(0);
  parts.forEach((part, k) => {
    for (let pixel = 0; pixel < part.fused.length; pixel++) fused[pixel * c + k] = part.fused[pixel];
    const shares = normalise(part.weights);
    patterns[k].annotators.forEach((rater, j) => {
      performance[rater][k] = part.performance[j];
      weights[rater] += shares[j] / c;
    });
  });
  return {
    id: sample.id,
    fused: applyOutput(fused, output),
    expertness: null,
    raters: weights.map((weight, rater) => raterFigures(weight, performance[rater])),
    iterations: Math.max(...parts.map(({ iterations }) => iterations)),
    converged: parts.every(({ converged }) => converged),
    losses: addLosses(parts.map(({ losses }) => losses)),
    initialLogit: null,
    finalLogit: null,
  };
}

/** Nothing speaks against anyone; a share of no pixels at all is not a number, so it is null. */
function agreed(patterns: VotePatterns): FusedStructure {
  const { annotators, shares } = patterns;
  const one = {
    sensitivity: shares.includes(1) ? 1 : null,
    specificity: shares.includes(0) ? 1 : null,
  };
  return {
    fused: toPixels(patterns, shares),
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
