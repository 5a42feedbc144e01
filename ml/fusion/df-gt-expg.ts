import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, normal } from '../random.ts';
import { atanComposite } from '../ops/atan-composite.ts';
import { groupedDense } from '../ops/dense.ts';
import { dfGtConfig, dfGtPresets, dfGtSpec, fuseDiagnosisFirst } from './df-gt.ts';
import type { Fusion } from './fusion.ts';
import type { ExpertnessShape, Parametrisation, PixelGrid } from './parametrisation.ts';

export const expGConfig = dfGtConfig.extend({
  /** Layers of ExpG, the last one linear: four in the paper's text (the authors' code has eight). */
  layers: z.number().int().min(2).max(16).default(4),
  /** Width of the hidden layers before the activation doubles it: the authors' code. */
  hidden: z.number().int().positive().max(1024).default(128),
  /**
   * A sigmoid on the logits, as in the authors' code. Off: before a softmax over n raters it caps any weight at
   * e / (e + n − 1), 0.31 for seven raters.
   */
  sigmoid: z.boolean().default(false),
});
export const expGPresets = { ...dfGtPresets, demo: { ...dfGtPresets.demo, hidden: 32 } };
export type DfGtExpGConfig = z.infer<typeof expGConfig>;

/**
 * ExpG (equation 5): a small network from a pixel's place (x, y) to n logits, one network φ an image, shared by all
 * pixels of it. Its continuity bounds how fast expertness can change from pixel to pixel. The layers of b images are
 * b matrices in one batched product: [b, q, in] · [b, in, out].
 *
 * Weights start at N(0, 1 / inputs), biases at 0; the last layer at 0, so that the start is the majority vote and no
 * rater is favoured: a change of the raters' order changes nothing but the order of the answers.
 */
export function expG({ layers, hidden, sigmoid }: DfGtExpGConfig): Parametrisation {
  return {
    initialise: (shape) => initialise(shape, layers, hidden),
    logits: (parameters, grid) => {
      const logits = apply(parameters, grid, layers);
      return sigmoid ? tf.sigmoid(logits) : logits;
    },
  };
}

function initialise(
  { images, raters, seed }: ExpertnessShape,
  layers: number,
  hidden: number,
): tf.NamedTensorMap {
  const parameters: tf.NamedTensorMap = {};
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? 2 : 2 * hidden;
    const last = layer === layers - 1;
    const outputs = last ? raters.length : hidden;
    const random = createRandom(seed, 'ExpG', layer);
    const one = Float32Array.from({ length: inputs * outputs }, () =>
      last ? 0 : normal(random) / Math.sqrt(inputs),
    );
    parameters[`weight-${layer}`] = tf.tidy(() =>
      tf.tile(tf.tensor3d(one, [1, inputs, outputs]), [images, 1, 1]),
    );
    parameters[`bias-${layer}`] = tf.zeros([images, 1, outputs]);
  }
  return parameters;
}

/** [b, q, n] */
function apply(parameters: tf.NamedTensorMap, grid: PixelGrid, layers: number): tf.Tensor3D {
  let x = grid.coordinates; // [b, q, 2]
  for (let layer = 0; layer < layers; layer++) {
    const [weight, bias] = [parameters[`weight-${layer}`], parameters[`bias-${layer}`]] as tf.Tensor3D[];
    const y = groupedDense(x, weight, bias);
    x = layer === layers - 1 ? y : atanComposite(y); // [b, q, 2 · hidden]
  }
  return x;
}

export const dfGtExpG: Fusion<DfGtExpGConfig> = {
  ...dfGtSpec,
  name: 'df-gt-expg',
  summary: 'Diagnosis-first fusion, expertness given by a small continuous network of the place (ExpG).',
  config: expGConfig,
  presets: expGPresets,
  fuse: (input) => fuseDiagnosisFirst(input, expG(input.config)),
};
