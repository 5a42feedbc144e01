import { z } from 'zod';
import { fold } from '../data/fold.ts';
import { augmentation } from './augment.ts';

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
]);

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
  learningRate: z.number().gt(0).max(1).default(1e-4).describe('Adam’s rate; "always 1e-4" in the paper.'),
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
  schedule: schedule.default({ kind: 'constant' }),
  clipValue: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('Gradients are cut to ± this; 0.1 in one path of the authors’ code, off in the paper.'),
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
