import type { Sample } from '../data/sample.ts';
import { equalWeights, type RaterMasks } from './rater-masks.ts';

/** How good raters are, over the whole training set: [n, C] each. */
export interface CrowdFigures {
  /** P(rater says inside | inside). */
  readonly sensitivity: Float64Array;
  /** P(rater says outside | outside). */
  readonly specificity: Float64Array;
}

// No rater is ever taken as infallible: one dissent would outweigh all others.
const LEAST = 1e-6;
const bounded = (value: number): number => Math.min(1 - LEAST, Math.max(LEAST, value));

/** What a rater's word adds to the log-odds of inside: [n, C] each. */
export interface RaterOdds {
  /** Where the rater includes the pixel. */
  readonly inside: Float64Array;
  /** Where not. */
  readonly outside: Float64Array;
}

export function oddsOf({ sensitivity, specificity }: CrowdFigures): RaterOdds {
  return {
    inside: sensitivity.map((alpha, j) => Math.log(bounded(alpha) / bounded(1 - specificity[j]))),
    outside: sensitivity.map((alpha, j) => Math.log(bounded(1 - alpha) / bounded(specificity[j]))),
  };
}

/**
 * Probability that each pixel is inside, from the log-odds that stood before and what the raters' decisions add. Where
 * all raters agree their word stands (our choice, as in every fusion here): no network overrules everyone. [p, C]
 */
export function fuseByOdds(
  { raterMasks, annotated }: Pick<Sample, 'raterMasks' | 'annotated'>,
  { raters: n, structures: c, mean }: Pick<RaterMasks, 'raters' | 'structures' | 'mean'>,
  { inside, outside }: RaterOdds,
  before: ArrayLike<number>,
): Float32Array {
  return mean.map((share, at) => {
    if (share === 0 || share === 1) return share;
    const [pixel, k] = [Math.floor(at / c), at % c];
    let odds = before[at];
    for (let rater = 0; rater < n; rater++) {
      const j = rater * c + k;
      if (annotated[j]) odds += raterMasks[pixel * n * c + j] ? inside[j] : outside[j];
    }
    return 1 / (1 + Math.exp(-odds));
  });
}

/**
 * E step: μ = a p / (a p + b (1 − p)), with a = Π α^D (1 − α)^(1−D), b = Π β^(1−D) (1 − β)^D and the network's logit
 * of p. [p, C]
 */
export function posterior(
  sample: Sample,
  masks: RaterMasks,
  figures: CrowdFigures,
  logits: ArrayLike<number>,
): Float32Array {
  return fuseByOdds(sample, masks, oddsOf(figures), logits);
}

/** M step, summed image by image: α = Σ μ D / Σ μ, β = Σ (1 − μ)(1 − D) / Σ (1 − μ). */
export function createFigureSums(n: number, c: number) {
  const sums = { hits: 0, positives: 0, rejections: 0, negatives: 0 };
  const all = Array.from({ length: n * c }, () => ({ ...sums }));

  /**
   * Of the pixels that nobody includes only as many count as of the others: else a large background would carry every
   * specificity to one (our choice). All raters are right there, so which of them are taken does not matter.
   */
  function add({ raterMasks, annotated }: Sample, { mean, pixels }: RaterMasks, mu: Float32Array): void {
    for (let k = 0; k < c; k++) {
      const raters = all.map((_, j) => j).filter((j) => j % c === k && annotated[j]);
      let included = 0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        if (mean[pixel * c + k] === 0) continue;
        included += 1;
        const truth = mu[pixel * c + k];
        for (const j of raters) {
          const said = raterMasks[pixel * n * c + j];
          all[j].hits += truth * said;
          all[j].positives += truth;
          all[j].rejections += (1 - truth) * (1 - said);
          all[j].negatives += 1 - truth;
        }
      }
      const background = Math.min(included, pixels - included);
      for (const j of raters) {
        all[j].rejections += background;
        all[j].negatives += background;
      }
    }
  }

  /** Of a rater without a pixel of a kind the answer is one half: nothing is known. */
  function figures(): CrowdFigures {
    const share = (part: number, whole: number): number => (whole > 0 ? bounded(part / whole) : 0.5);
    return {
      sensitivity: Float64Array.from(all, ({ hits, positives }) => share(hits, positives)),
      specificity: Float64Array.from(all, ({ rejections, negatives }) => share(rejections, negatives)),
    };
  }

  return { add, figures };
}

/**
 * Weight of each rater, ∝ max(0, the difference that the rater's word makes to the log-odds), summed over the structures
 * annotated; equal where nothing is disputed or nobody has any. For sensitivity and specificity the difference is
 * log αβ / ((1 − α)(1 − β)). [n]
 */
export function oddsWeights(
  { annotated }: Pick<Sample, 'annotated'>,
  { raters: n, structures: c, disputed, present }: RaterMasks,
  { inside, outside }: RaterOdds,
): number[] {
  const gains = Array.from({ length: n }, (_, rater) => {
    let sum = 0;
    for (let j = rater * c; j < (rater + 1) * c; j++) {
      if (annotated[j]) sum += Math.max(0, inside[j] - outside[j]);
    }
    return sum;
  });
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return total > 0 && disputed.length > 0 ? gains.map((gain) => gain / total) : equalWeights(present);
}
