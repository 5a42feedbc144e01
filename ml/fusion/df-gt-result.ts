import type { SampleSource } from '../data/sample.ts';
import { valuesOf } from '../ops/values-of.ts';
import { createPictureGrid, expertness, type DfGtBatch } from './df-gt-batch.ts';
import type { FusedSample } from './fusion.ts';
import type { Optimised } from './map-optimiser.ts';
import { movementFromVote } from './movement.ts';
import type { Parametrisation } from './parametrisation.ts';
import { disputedWeights, weightedMask } from './weighted-mask.ts';

// Images × pixels whose expertness is computed in one go: some 100 MB with 256 numbers a pixel.
const PIXELS_AT_ONCE = 1 << 17;

interface ResultInput {
  readonly batch: DfGtBatch;
  readonly source: SampleSource;
  readonly parametrisation: Parametrisation;
  readonly optimised: Optimised;
  /** As in DfGtConfig. */
  readonly tolerance: number;
}

/** Reads the expertness of every pixel, unanimous ones too, and fuses with it. */
export function fusedSamples(input: ResultInput): FusedSample[] {
  const { batch, optimised, tolerance } = input;
  const maps = expertnessMaps(input);
  return batch.samples.map((sample, image): FusedSample => {
    const losses = optimised.losses.map((step) => step[image]);
    const masks = batch.masks[image];
    const map = maps[image];
    const fused = weightedMask(sample, masks, map);
    return {
      id: sample.id,
      fused,
      movement: movementFromVote(fused, masks),
      expertness: map,
      raters: disputedWeights(map, masks).map((weight) => ({ weight, sensitivity: null, specificity: null })),
      iterations: losses.length - 1,
      converged: hasConverged(losses, tolerance),
      losses,
      initialLogit: optimised.initialLogits[image],
      finalLogit: optimised.bestLogits[image],
    };
  });
}

/** True where the last tenth of the steps bought no more than this share of what all steps bought. */
function hasConverged(losses: readonly number[], tolerance: number): boolean {
  const best = (until: number): number => Math.min(...losses.slice(0, until));
  const end = best(losses.length);
  return best(Math.ceil(losses.length * 0.9)) - end <= tolerance * (losses[0] - end);
}

/** One map [h, w, n] an image. */
function expertnessMaps({ batch, source, parametrisation, optimised }: ResultInput): Float32Array[] {
  const [images, n] = [batch.samples.length, source.raters.length];
  const pixels = source.height * source.width;
  const maps = batch.samples.map(() => new Float32Array(pixels * n));
  const chunk = Math.max(1, Math.floor(PIXELS_AT_ONCE / images));
  for (let from = 0; from < pixels; from += chunk) {
    const count = Math.min(chunk, pixels - from);
    const values = valuesOf(() => {
      const grid = createPictureGrid(images, source, { from, count });
      const logits = parametrisation.logits(optimised.parameters, grid);
      return expertness(logits, batch.votes.absence);
    });
    maps.forEach((map, image) =>
      map.set(values.subarray(image * count * n, (image + 1) * count * n), from * n),
    );
  }
  return maps;
}
