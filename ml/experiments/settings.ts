import { z } from 'zod';

/** Settings that the experiments share. */
export const experimentSettings = {
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .max(20)
    .default([1])
    .describe(
      'Each seed is a repetition of every fusion and training; with several, intervals go over seeds too.',
    ),
};

export const trainingSettings = {
  ...experimentSettings,
  models: z
    .array(z.string())
    .min(1)
    .nullable()
    .default(null)
    .describe('Diagnosis models by name; null: those of the paper’s figure that fit the structures.'),
  training: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Settings of every network's training that differ from the preset's."),
};

/** On a small set the demo preset's epochs are too few to learn anything. */
export const demoTraining = { training: { minSteps: 240 } };
