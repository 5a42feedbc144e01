import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createAdam } from '../ops/adam.ts';
import type { Optimiser } from '../ops/optimiser.ts';
import { createSgd } from '../ops/sgd.ts';

const schedule = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('constant') })
    .meta({ description: 'One learning rate throughout, as the paper states.' }),
  z
    .strictObject({
      kind: z.literal('step'),
      factor: z.number().gt(0).max(1).default(0.5).meta({
        description: 'Factor by which the learning rate is multiplied at each step of the schedule.',
        source: "The authors' code.",
        unit: null,
      }),
      every: z.int().min(1).default(10).meta({
        description: 'Number of epochs between two steps of the schedule.',
        source: "The authors' code.",
        unit: 'epochs',
      }),
    })
    .meta({
      description: "The learning rate is multiplied by a factor every few epochs, as in the authors' code.",
    }),
  z
    .strictObject({
      kind: z.literal('polynomial'),
      power: z.number().gt(0).default(0.9).meta({
        description: 'Exponent of the share of epochs that remain.',
        source: 'DeepLab (Chen et al., TPAMI 2018).',
        unit: null,
      }),
    })
    .meta({
      description:
        'The learning rate falls from epoch to epoch as a power of the share of epochs that remain, as in DeepLab.',
    }),
]);

/** The settings of one optimiser. Defaults are the paper's (section 6) or say why they differ. */
export const optimiserSettings = {
  optimiser: z.enum(['adam', 'sgd']).default('adam').meta({
    description: 'Adam, or gradient descent with momentum, which many publications use.',
    source: 'The paper uses Adam throughout.',
  }),
  learningRate: z.number().gt(0).max(1).default(1e-4).meta({
    description: 'Learning rate of the optimiser.',
    source: 'The paper: "always 1e-4".',
    unit: null,
  }),
  beta1: z.number().min(0).lt(1).default(0.9).meta({
    description: "Adam's decay rate for the mean of the gradients.",
    source: "Adam's default, also in the authors' code.",
    unit: null,
  }),
  beta2: z.number().min(0).lt(1).default(0.999).meta({
    description: "Adam's decay rate for the mean of the squared gradients.",
    source: "Adam's default, also in the authors' code.",
    unit: null,
  }),
  epsilon: z.number().gt(0).default(1e-8).meta({
    description: "Adam's ε, which prevents division by zero.",
    source: "Adam's default.",
    unit: null,
  }),
  momentum: z.number().min(0).lt(1).default(0.9).meta({
    description:
      'Momentum: the share of the previous direction that gradient descent keeps. Adam does not use it.',
    source: 'The usual value.',
    unit: null,
  }),
  weightDecay: z.number().min(0).max(1).default(0).meta({
    description:
      "Share of each weight that is added to its gradient, as in PyTorch's Adam and SGD (not AdamW).",
    source: 'None in the paper.',
    unit: null,
  }),
  schedule: schedule.default({ kind: 'constant' }).meta({
    description: 'How the learning rate changes from epoch to epoch.',
    source: "Constant in the paper; the authors' code halves it every ten epochs.",
  }),
  clipValue: z.number().gt(0).nullable().default(null).meta({
    description: 'Each component of a gradient is clipped to ± this. If null, no clipping.',
    source: "Off in the paper; 0.1 in one path of the authors' code.",
    unit: null,
  }),
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
