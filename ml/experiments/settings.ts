import { z } from 'zod';

export const methodSettings = z.record(z.string(), z.unknown());

/** Settings that the experiments share. */
export const sharedSettings = {
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .max(20)
    .default([1])
    .describe(
      'Each seed is a repetition of every fusion and training; with several, intervals go over seeds too.',
    ),
  training: methodSettings
    .default({})
    .describe("What differs from the preset's in every network's training."),
  settings: z
    .record(z.string(), methodSettings)
    .default({})
    .describe("What differs from the preset's in a method's own configuration, by the method's name."),
};

export const theta = z
  .string()
  .default('dl-cat')
  .describe('The network whose gradient DF-GT follows: DL-CAT in the paper’s example.');

export const judge = z
  .string()
  .default('baseline-dia')
  .describe(
    'The diagnosis model that reads masks for the AUC: Baseline-Dia in the paper, trained on majority votes.',
  );

export const protocol = z
  .enum(['paper', 'leak-controlled'])
  .default('paper')
  .describe(
    'paper: as published, each image fused with its own diagnosis, test images too. leak-controlled: no diagnosis of a test image touches any mask.',
  );

export const models = z
  .array(z.string())
  .min(1)
  .nullable()
  .default(null)
  .describe('Diagnosis models by name; null: those of the paper’s figure that fit the structures.');

/** On a small set the demo preset's epochs are too few to learn anything. */
export const demoTraining = { training: { minSteps: 240 } };
