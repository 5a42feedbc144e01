import { z } from 'zod';
import { fold } from '../data/fold.ts';
import { augmentation } from './augment.ts';
import { optimiserSettings } from './optimiser-config.ts';

/** How a model is trained. Defaults are the paper's (section 6) or say why they differ. */
export const trainingConfig = z.strictObject({
  epochs: z
    .int()
    .min(1)
    .max(10_000)
    .default(80)
    .describe('Passes through the training images; 80 in the paper.'),
  minSteps: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      'Updates of the weights at least: on a small set, epochs are added until they are made. 0: the epochs alone count, as in the paper.',
    ),
  batchSize: z
    .int()
    .min(2)
    .max(1024)
    .default(16)
    .describe('Images a step; 16 in the paper. Batch-norm needs two or more.'),
  microBatch: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .default(null)
    .describe(
      'Images whose activations are in memory at once: a step’s batch is cut into even parts of at most so many, whose gradients are added up before the weights change. Null: the whole batch. For a loss that is a mean over images the step is the same but for rounding, except that batch norm normalises each part by its own mean and variance, and its moving statistics take a step a part: with it the result is near that of the whole batch, not equal, and each part should hold two images or more.',
    ),
  keep: z
    .enum(['last', 'best'])
    .default('last')
    .describe(
      'Weights that the trained model gets: of the last epoch, as in the paper, or of the epoch with the lowest validation loss (in the last stage, where the model trains in stages).',
    ),
  ...optimiserSettings,
  augment: augmentation.prefault({}).describe('Random changes to training images; none in the paper.'),
  leaveOut: fold
    .nullable()
    .default(null)
    .describe(
      'A part of the training images, of whole subjects, that it does not learn from, so that a fusion can ask it about images that it never saw (cross-fitting). None in the paper.',
    ),
  positiveWeight: z
    .union([z.literal('balanced'), z.number().gt(0)])
    .default('balanced')
    .describe(
      'Weight of a positive diagnosis: negatives per positive between 1/10 and 10, or a number (2 in the authors’ code).',
    ),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/**
 * `paper`: as published. `demo`: minutes on two cores, for small networks that start from nothing on some hundred
 * images; mirrored, because without that they learn the images by heart (DL-CAT on the fundus phantom: test AUC 0.74 without, 0.89 with).
 */
export const trainingPresets: Readonly<Record<string, Partial<TrainingConfig>>> = {
  paper: {},
  demo: { epochs: 12, batchSize: 8, learningRate: 1e-3, augment: { flips: true, shift: 0, light: 0 } },
};
