import { z } from 'zod';
import { fold } from '../data/fold.ts';
import type { Configurable } from '../settings/config-of.ts';
import { augmentation } from './augment.ts';
import { optimiserSettings } from './optimiser-config.ts';

/** How a model is trained. Defaults are the paper's (section 6) or say why they differ. */
export const trainingConfig = z.strictObject({
  epochs: z.int().min(1).max(10_000).default(80).meta({
    description: 'Passes over the training images.',
    source: 'The paper.',
    unit: 'epochs',
  }),
  minSteps: z.int().min(0).max(1_000_000).default(0).meta({
    description:
      'Minimum number of weight updates. On a small dataset, epochs are added until there are this many.',
    source: '0, so that only the epochs count, as in the paper.',
    unit: 'steps',
  }),
  batchSize: z.int().min(2).max(1024).default(16).meta({
    description: 'Images in each step. Batch normalisation needs two or more.',
    source: 'The paper.',
    unit: 'images',
  }),
  microBatch: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .default(null)
    .meta({
      description:
        "Images whose activations are in memory at once. If null, the whole batch. A step's batch is split into even parts of at " +
        'most this size, whose gradients are summed before the weights change. For a loss that is a mean over images, the ' +
        'step is the same up to rounding. Batch normalisation is an exception: it normalises each part by its own mean and ' +
        'variance and updates its statistics once per part, so the result is close to that of the whole batch, and each part should ' +
        'hold two images or more.',
      source: 'The whole batch, as in the paper.',
      unit: 'images',
    }),
  keep: z
    .enum(['last', 'best'])
    .default('last')
    .meta({
      description:
        'Which weights the trained model gets: those of the last epoch, or of the epoch with the lowest validation loss (in ' +
        'the last stage, if the model trains in stages).',
      source: 'The last epoch, as in the paper.',
    }),
  ...optimiserSettings,
  augment: augmentation.prefault({}).meta({
    description: 'Random changes to the training images.',
    source: 'None in the paper.',
  }),
  leaveOut: fold
    .nullable()
    .default(null)
    .meta({
      description:
        'A part of the training images, made of whole subjects, that the model does not learn from. A fusion can then query it ' +
        'about images that it never saw (cross-fitting).',
      source: 'None in the paper.',
    }),
  positiveWeight: z
    .union([z.literal('balanced'), z.number().gt(0)])
    .default('balanced')
    .meta({
      description:
        'Weight of a positive diagnosis in the loss. balanced: the number of negatives per positive, kept between 1/10 and 10.',
      source: "Our choice, as the share of positives differs between datasets; 2 in the authors' code.",
      unit: null,
    }),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/**
 * `paper`: as published. `demo`: minutes on two cores, for small networks that start from nothing on some hundred
 * images; mirrored, because without that they learn the images by heart (DL-CAT on the fundus phantom: test AUC 0.74 without, 0.89 with).
 */
export const trainingPresets: Configurable<TrainingConfig>['presets'] = {
  paper: {},
  demo: { epochs: 12, batchSize: 8, learningRate: 1e-3, augment: { flips: true, shift: 0, light: 0 } },
};

/** What has the training's settings and presets, as a method has its own. */
export const trainingSettings = {
  name: 'training',
  config: trainingConfig,
  presets: trainingPresets,
} satisfies Configurable<TrainingConfig>;
