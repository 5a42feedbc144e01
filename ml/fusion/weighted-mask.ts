import type { Sample } from '../data/sample.ts';
import { equalWeights, type RaterMasks } from './rater-masks.ts';

/**
 * Weights that are the same for every image, brought to one image: those of absent raters are zero, and at each pixel
 * they sum to one over the others, equally where nobody present has any. [p, n]
 */
export function presentWeights(
  weights: Float32Array,
  { raters: n, pixels, present }: RaterMasks,
): Float32Array {
  const equal = equalWeights(present);
  const map = new Float32Array(pixels * n);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let all = 0;
    for (let rater = 0; rater < n; rater++) all += weights[pixel * n + rater] * present[rater];
    for (let rater = 0; rater < n; rater++) {
      const share = weights[pixel * n + rater] * present[rater];
      map[pixel * n + rater] = all > 0 ? share / all : equal[rater];
    }
  }
  return map;
}

/** Equation 2, G = Σ s · m, over the raters who annotated the structure; the vote where they agree. [p, C] */
export function weightedMask(sample: Sample, masks: RaterMasks, map: Float32Array): Float32Array {
  const { raters: n, structures: c, disputed, mean } = masks;
  const { raterMasks, annotated } = sample;
  const fused = mean.slice();
  for (const pixel of disputed) {
    for (let k = 0; k < c; k++) {
      const share = mean[pixel * c + k];
      if (share === 0 || share === 1) continue;
      let [inside, all] = [0, 0];
      for (let rater = 0; rater < n; rater++) {
        const weight = map[pixel * n + rater] * annotated[rater * c + k];
        inside += weight * raterMasks[(pixel * n + rater) * c + k];
        all += weight;
      }
      if (all > 0) fused[pixel * c + k] = inside / all;
    }
  }
  return fused;
}

/** Mean weight of each rater over the disputed pixels; equal weights where nothing is disputed. [n] */
export function disputedWeights(map: Float32Array, { raters: n, disputed, present }: RaterMasks): number[] {
  if (disputed.length === 0) return equalWeights(present);
  const sums = new Array<number>(n).fill(0);
  for (const pixel of disputed) {
    for (let rater = 0; rater < n; rater++) sums[rater] += map[pixel * n + rater];
  }
  const total = sums.reduce((sum, one) => sum + one, 0);
  return sums.map((sum) => sum / total);
}
