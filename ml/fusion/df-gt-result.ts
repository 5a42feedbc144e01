import * as tf from '@tensorflow/tfjs';
import type { SampleSource } from '../data/sample.ts';
import { createGrid, expertness, type DfGtBatch } from './df-gt-batch.ts';
import type { FusedSample } from './fusion.ts';
import type { Optimised } from './map-optimiser.ts';
import type { Parametrisation } from './parametrisation.ts';
import { equalWeights, type RaterMasks } from './rater-masks.ts';

// Images × pixels whose expertness is computed in one go: some 100 MB with 256 numbers a pixel.
const PIXELS_AT_ONCE = 1 << 17;

interface ResultInput {
  readonly batch: DfGtBatch;
  readonly source: SampleSource;
  readonly parametrisation: Parametrisation;
  readonly optimised: Optimised;
}

/** Reads the expertness of every pixel, unanimous ones too, and fuses with it. */
export function fusedSamples(input: ResultInput): FusedSample[] {
  const { batch, optimised } = input;
  const maps = expertnessMaps(input);
  return batch.samples.map((sample, image): FusedSample => {
    const losses = optimised.losses.map((step) => step[image]);
    const masks = batch.masks[image];
    const map = maps[image];
    return {
      id: sample.id,
      fused: fuse(sample.raterMasks, sample.annotated, masks, map),
      expertness: map,
      raters: meanWeights(map, masks).map((weight) => ({ weight, sensitivity: null, specificity: null })),
      iterations: losses.length - 1,
      converged: hasConverged(losses),
      losses,
      initialLogit: optimised.initialLogits[image],
      finalLogit: optimised.bestLogits[image],
    };
  });
}

/** True where the last tenth of the steps bought less than a hundredth of what all steps bought. */
function hasConverged(losses: readonly number[]): boolean {
  const best = (until: number): number => Math.min(...losses.slice(0, until));
  const end = best(losses.length);
  return best(Math.ceil(losses.length * 0.9)) - end <= 0.01 * (losses[0] - end);
}

/** One map [h, w, n] an image. */
function expertnessMaps({ batch, source, parametrisation, optimised }: ResultInput): Float32Array[] {
  const [images, n] = [batch.samples.length, source.raters.length];
  const pixels = source.height * source.width;
  const maps = batch.samples.map(() => new Float32Array(pixels * n));
  const chunk = Math.max(1, Math.floor(PIXELS_AT_ONCE / images));
  for (let from = 0; from < pixels; from += chunk) {
    const count = Math.min(chunk, pixels - from);
    const values = tf.tidy(() => {
      const numbers = Int32Array.from({ length: images * count }, (_, k) => from + (k % count));
      const logits = parametrisation.logits(optimised.parameters, createGrid(numbers, images, source));
      return expertness(logits, batch.absence).dataSync<'float32'>();
    });
    maps.forEach((map, image) =>
      map.set(values.subarray(image * count * n, (image + 1) * count * n), from * n),
    );
  }
  return maps;
}

/** The vote where raters agree; elsewhere the sum of masks by their weights, those of absent raters left out. */
function fuse(
  raterMasks: Uint8Array,
  annotated: Uint8Array,
  { raters: n, structures: c, disputed, mean }: RaterMasks,
  map: Float32Array,
): Float32Array {
  const fused = mean.slice();
  for (const pixel of disputed) {
    for (let k = 0; k < c; k++) {
      let [inside, all] = [0, 0];
      for (let rater = 0; rater < n; rater++) {
        const weight = map[pixel * n + rater] * annotated[rater * c + k];
        inside += weight * raterMasks[(pixel * n + rater) * c + k];
        all += weight;
      }
      // A structure may be unanimous at a pixel where another one is disputed.
      const share = mean[pixel * c + k];
      if (share > 0 && share < 1 && all > 0) fused[pixel * c + k] = inside / all;
    }
  }
  return fused;
}

/** Mean weight of each rater over the disputed pixels; equal weights where nothing is disputed. [n] */
function meanWeights(map: Float32Array, { raters: n, disputed, present }: RaterMasks): number[] {
  if (disputed.length === 0) return equalWeights(present);
  const sums = new Array<number>(n).fill(0);
  for (const pixel of disputed) {
    for (let rater = 0; rater < n; rater++) sums[rater] += map[pixel * n + rater];
  }
  const total = sums.reduce((sum, one) => sum + one, 0);
  return sums.map((sum) => sum / total);
}
