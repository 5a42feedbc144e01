import * as tf from '@tensorflow/tfjs';
import type { z } from 'zod';
import { createRandom, normal } from '../random.ts';
import { dfGtConfig, dfGtSpec, fuseDiagnosisFirst, presetsAt } from './df-gt.ts';
import type { Fusion } from './fusion.ts';
import type { Parametrisation, PixelGrid } from './parametrisation.ts';
import { gatherRows } from '../ops/scatter.ts';

const config = dfGtConfig.extend({});
export type DfGtRawConfig = z.infer<typeof config>;

/**
 * Raw ('original', 'high-frequency'): the logit of each rater at each pixel is free, [b, h · w · n] numbers that start
 * at N(0, 0.01²) as in the authors' code. A rater's start comes from a stream with the rater's name, so that the order
 * of raters changes nothing.
 */
export const raw: Parametrisation = {
  initialise({ images, height, width, raters, seed }) {
    const [pixels, n] = [height * width, raters.length];
    const one = new Float32Array(pixels * n);
    raters.forEach((rater, k) => {
      const random = createRandom(seed, 'raw expertness', rater);
      for (let pixel = 0; pixel < pixels; pixel++) one[pixel * n + k] = 0.01 * normal(random);
    });
    return { logits: tf.tidy(() => tf.tile(tf.tensor3d(one, [1, pixels, n]), [images, 1, 1])) };
  },
  logits({ logits }, grid) {
    const [images, pixels, n] = logits.shape as [number, number, number];
    return gatherRows(logits.reshape([images * pixels, n]), gridRows(grid)).reshape([images, grid.pixels, n]);
  },
};

/** Row of each of the grid's pixels where all pictures lie one after another, a row a pixel: [b · q]. */
export function gridRows({ images, pixels, height, width, numbers }: PixelGrid): tf.Tensor1D {
  const first = Int32Array.from(
    { length: images * pixels },
    (_, k) => Math.floor(k / pixels) * height * width,
  );
  return tf.add<tf.Tensor1D>(numbers, tf.tensor1d(first, 'int32'));
}

export const dfGtRaw: Fusion<DfGtRawConfig> = {
  ...dfGtSpec,
  name: 'df-gt-raw',
  summary: 'Diagnosis-first fusion with expertness free at every pixel. Noisy; for comparison with ExpG.',
  config,
  presets: presetsAt(0.05),
  leakControlled: { parametrisation: 'raw' },
  fuse: (input) => fuseDiagnosisFirst(input, raw),
};
