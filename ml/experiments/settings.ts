import { z } from 'zod';
import { defaultPermutations } from '../data/permute-diagnoses.ts';

export const methodSettings = z.record(z.string(), z.unknown());

/** Settings that the experiments share. */
export const sharedSettings = {
  seeds: z.array(z.int().min(0)).min(1).max(20).default([1]).meta({
    description:
      'Every fusion and training is repeated for each seed. With several seeds, intervals also cover the seeds.',
    source: 'One seed, as the paper reports single runs.',
    unit: null,
  }),
  training: methodSettings.default({}).meta({
    description: "Training settings that override the preset's, for every network.",
    source: "Empty: the preset's settings.",
  }),
  settings: z.record(z.string(), methodSettings).default({}).meta({
    description: "Settings of individual methods that override the preset's, by the method's name.",
    source: "Empty: the preset's settings.",
  }),
};

export const permutations = z
  .int()
  .min(1)
  .max(20)
  .default(defaultPermutations)
  .meta({
    description:
      'How many times diagnoses are permuted for each control, whose number is the mean over these. As published, each costs a ' +
      'fusion of the test images and a reading by every model; with the leak closed, a fusion and a training of every model.',
    source: 'Our choice: enough to see how far single permutations lie apart.',
    unit: 'permutations',
  });

/** Of Figures 4 (d) and 6. */
export const atPaperRate = (names: string[]) =>
  z
    .array(z.string())
    .default(names)
    .meta({
      description:
        "Which of the parametrisations are shown at the paper's single rate too, beside the preset's own rates, at which " +
        'they have moved about equally far from the vote. With the preset paper, these are the same.',
      source: "The paper's text has one rate for all.",
    });

export const theta = z.string().default('dl-cat').meta({
  description: 'The diagnosis model whose gradient DF-GT follows.',
  source: "DL-CAT in the paper's example.",
});

export const judge = z.string().default('baseline-dia').meta({
  description: 'The diagnosis model that reads masks for the AUC. It is trained on majority votes.',
  source: 'Baseline-Dia in the paper.',
});

export const protocol = z
  .enum(['paper', 'leak-controlled'])
  .default('paper')
  .meta({
    description:
      'paper: as published, each image is fused with its own diagnosis, test images too. leak-controlled: no mask depends on ' +
      'the diagnosis of a test image.',
    source: 'As published.',
  });

export const models = z.array(z.string()).min(1).nullable().default(null).meta({
  description:
    "Names of the diagnosis models. If null, those of the paper's figure that suit the structures.",
  source: "The paper's figure.",
});

/** On a small set the demo preset's epochs are too few to learn anything. */
export const demoTraining = { training: { minSteps: 240 } };
