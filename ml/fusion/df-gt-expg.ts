import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, normal } from '../random.ts';
import { expG, expGLayers, expGSize, type ExpGShape } from '../ops/expg.ts';
import { dfGtConfig, dfGtSpec, fuseDiagnosisFirst, presetsAt } from './df-gt.ts';
import type { Fusion } from './fusion.ts';
import type { ExpertnessShape, Parametrisation } from './parametrisation.ts';

export const expGConfig = dfGtConfig.extend({
  layers: z.int().min(2).max(16).default(4).meta({
    description: 'Layers of ExpG; the last one is linear.',
    source: "Four in the paper's text; the authors' code has eight.",
    unit: 'layers',
  }),
  hidden: z.int().positive().max(1024).default(128).meta({
    description: 'Width of the hidden layers, before the activation doubles it.',
    source: "The authors' code.",
    unit: 'channels',
  }),
  sigmoid: z.boolean().default(false).meta({
    description: 'Apply a sigmoid to the logits before the softmax over raters.',
    source:
      "Off, unlike the authors' code: with n raters, it caps every weight at e / (e + n − 1), which is 0.31 for seven raters.",
  }),
});
// At 2e-2 the maps are nearly one-hot (largest weight 0.91 at a pixel) and rank the raters no better.
const presets = presetsAt(1e-3);
export const expGPresets = { ...presets, demo: { ...presets.demo, hidden: 32 } };
export type DfGtExpGConfig = z.infer<typeof expGConfig>;

/**
 * ExpG (equation 5): a small network from a pixel's place (x, y) to n logits, one network φ an image, shared by all
 * pixels of it. Its continuity bounds how fast expertness can change from pixel to pixel.
 *
 * Weights start at N(0, 1 / inputs), biases at 0; the last layer at 0, so that the start is the majority vote and no
 * rater is favoured: a change of the raters' order changes nothing but the order of the answers.
 */
export function expGMaps({ layers, hidden, sigmoid }: DfGtExpGConfig): Parametrisation {
  return {
    initialise: ({ images, raters, seed }: ExpertnessShape) => ({
      network: initialNetworks(images, { layers, hidden, raters: raters.length }, seed),
    }),
    logits({ network }, grid) {
      const logits = expG(network as tf.Tensor2D, grid, { layers, hidden, raters: ratersOf(network) });
      return sigmoid ? tf.sigmoid(logits) : logits;
    },
  };

  /** The last layer has a matrix and a bias for each rater; what is left of a network does not depend on them. */
  function ratersOf(network: tf.Tensor): number {
    const others = expGSize({ layers, hidden, raters: 0 });
    return (network.shape[1]! - others) / (2 * hidden + 1);
  }
}

/** One row of parameters, the same for every image: [b, p]. */
function initialNetworks(images: number, shape: ExpGShape, seed: number): tf.Tensor2D {
  const one = new Float32Array(expGSize(shape));
  expGLayers(shape)
    .slice(0, -1)
    .forEach(({ in: inputs, out, at }, layer) => {
      const random = createRandom(seed, 'ExpG', layer);
      for (let k = 0; k < inputs * out; k++) one[at + k] = normal(random) / Math.sqrt(inputs);
    });
  return tf.tidy(() => tf.tile(tf.tensor2d(one, [1, one.length]), [images, 1]));
}

export const dfGtExpG: Fusion<DfGtExpGConfig> = {
  ...dfGtSpec,
  name: 'df-gt-expg',
  summary: 'Diagnosis-first fusion with expertness from a small, continuous coordinate network (ExpG).',
  reconstruction:
    `${dfGtSpec.reconstruction} Four layers as in the text; their width, activation and initial values are those of ` +
    "the authors' code, without its sigmoid on the logits.",
  config: expGConfig,
  presets: expGPresets,
  leakControlled: { parametrisation: 'expg' },
  fuse: (input) => fuseDiagnosisFirst(input, expGMaps(input.config)),
};
