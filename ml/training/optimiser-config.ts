import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createAdam } from '../ops/adam.ts';
import type { Optimiser } from '../ops/optimiser.ts';
import { createSgd } from '../ops/sgd.ts';

const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }).describe('One rate throughout: what the paper states.'),
  z
    .strictObject({
      kind: z.literal('step'),
      factor: z
        .number()
        .gt(0)
        .max(1)
        .default(0.5)
        .describe('What the rate is multiplied by; 0.5 in the authors’ code.'),
      every: z.int().min(1).default(10).describe('Epochs between two steps; 10 in the authors’ code.'),
    })
    .describe('The rate falls by a factor every few epochs: the authors’ code.'),
  z
    .strictObject({
      kind: z.literal('polynomial'),
      power: z
        .number()
        .gt(0)
        .default(0.9)
        .describe('Power of the share of epochs that is left; 0.9 in DeepLab (Chen et al., TPAMI 2018).'),
    })
    .describe(
      'The rate falls from epoch to epoch, to the power of the share of epochs that is left: DeepLab and its heirs.',
    ),
]);

/** The settings of one optimiser. Defaults are the paper's (section 6) or say why they differ. */
export const optimiserSettings = {
  optimiser: z
    .enum(['adam', 'sgd'])
    .default('adam')
    .describe('Adam as in the paper, or gradient descent with momentum, as many publications have it.'),
  learningRate: z
    .number()
    .gt(0)
    .max(1)
    .default(1e-4)
    .describe('The optimiser’s rate; "always 1e-4" in the paper.'),
  beta1: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe('Adam’s decay of the mean of gradients; the authors’ code and Adam’s default.'),
  beta2: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('Adam’s decay of the mean square; the authors’ code and Adam’s default.'),
  epsilon: z.number().gt(0).default(1e-8).describe('Adam’s guard against division by zero; Adam’s default.'),
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe('Share of the last direction that gradient descent keeps; the customary 0.9. Adam has none.'),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'What of each weight is added to its gradient, as PyTorch’s Adam and SGD do it (not AdamW); none in the paper.',
    ),
  schedule: schedule
    .default({ kind: 'constant' })
    .describe('How the rate changes over the epochs; constant in the paper.'),
  clipValue: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('Gradients are cut to ± this; 0.1 in one path of the authors’ code, off in the paper.'),
};

/** For the settings of a model that has an optimiser of its own beside the training's. */
export const optimiserConfig = z.strictObject(optimiserSettings);
export type OptimiserConfig = z.infer<typeof optimiserConfig>;

/** The optimiser with what comes before it: gradients are clipped, then decay is added. */
export function createOptimiser(
  config: OptimiserConfig,
  weights: ReadonlyMap<string, tf.Variable>,
): Optimiser {
  const optimiser = config.optimiser === 'adam' ? createAdam(config, weights) : createSgd(config, weights);
  const { clipValue, weightDecay } = config;
  const prepared = (name: string, gradient: tf.Tensor): tf.Tensor => {
    const clipped = clipValue === null ? gradient : gradient.clipByValue(-clipValue, clipValue);
    return weightDecay === 0 ? clipped : clipped.add(weights.get(name)!.mul(weightDecay));
  };
  const step = (gradients: tf.NamedTensorMap): void =>
    tf.tidy(() => {
      const entries = Object.entries(gradients).map(([name, gradient]) => [name, prepared(name, gradient)]);
      optimiser.step(Object.fromEntries(entries) as tf.NamedTensorMap);
    });
  return { ...optimiser, step };
}
