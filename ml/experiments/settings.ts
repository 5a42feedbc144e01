import { z } from 'zod';

export const methodSettings = z.record(z.string(), z.unknown());

/** Settings that the experiments share. */
export const sharedSettings = {
  seeds: z.array(z.int().min(0)).min(1).max(20).default([1]).meta({
    description: 'Each seed repeats every fusion and training; with several, intervals cover the seeds too.',
    source: 'One, as the paper reports single runs.',
    unit: null,
  }),
  training: methodSettings.default({}).meta({
    description: "What differs from the preset in every network's training; the settings of a training.",
    source: "None: the preset's.",
  }),
  settings: z.record(z.string(), methodSettings).default({}).meta({
    description: "What differs from the preset in a method's own settings, by the method's name.",
    source: "None: the preset's.",
  }),
};

export const theta = z.string().default('dl-cat').meta({
  description: 'The diagnosis model whose gradient DF-GT follows.',
  source: "DL-CAT in the paper's example.",
});

export const judge = z.string().default('baseline-dia').meta({
  description: 'The diagnosis model that reads masks for the AUC; it is trained on majority votes.',
  source: 'Baseline-Dia in the paper.',
});

export const protocol = z
  .enum(['paper', 'leak-controlled'])
  .default('paper')
  .meta({
    description:
      'paper: as published, each image is fused with its own diagnosis, test images too. leak-controlled: no diagnosis of a ' +
      'test image touches any mask.',
    source: 'As published.',
  });

export const models = z.array(z.string()).min(1).nullable().default(null).meta({
  description: "Diagnosis models by name; null: those of the paper's figure that suit the structures.",
  source: "The paper's figure.",
});

/** On a small set the demo preset's epochs are too few to learn anything. */
export const demoTraining = { training: { minSteps: 240 } };
