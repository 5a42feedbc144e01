import { z } from 'zod';
import { modelsFor } from './diagnosis-models.ts';
import type { Experiment } from './experiment.ts';
import { controlledArms, paperArm, readByModels, type Arm } from './arms.ts';
import { createPlanner } from './planner.ts';
import { demoTraining, models, permutations, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  models,
  fusions: z
    .array(z.string())
    .min(1)
    .default(['majority-vote', 'staple', 'aggnet', 'max-mig', 'df-gt-expg'])
    .meta({
      description: 'Names of the fusions. The others are tested against the first.',
      source: "The paper's five.",
    }),
  theta,
  permutations,
});
export type Figure4Config = z.infer<typeof config>;

/**
 * Every fusion under every diagnosis model: the model is trained on the training masks so fused and reads the test
 * masks so fused. DF-GT twice: as published, with the test images' own diagnoses, and with the leak closed.
 */
export const figure4: Experiment<Figure4Config> = {
  name: 'figure-4',
  title: 'Figure 4 (a–c)',
  drawing: 'bars',
  summary:
    'AUC of every fusion under every diagnosis model, as published and leak-controlled, and how far the model reads the mask.',
  citation:
    'Figure 4 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction:
    'The paper does not print the protocol: each model is trained on masks fused by a method and tested on ' +
    'masks fused alike. The leak-controlled arms are ours.',
  history: [
    'First version.',
    'Controls are the mean of several permutations; folds are stratified; how far each model reads the mask stands beside.',
  ],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [
    { claim: 'DF-GT gives the best diagnosis on every task and under every model.' },
    { claim: 'The gain is largest with DL-ATT, DL-SSL and DL-SeAT, and next to nothing with DL-ROI.' },
    { claim: 'DF-GT is best for the vCDR measures too, which know nothing of the network that made it.' },
  ],
  plan(subject, { seeds, models: named, fusions, theta, training, settings, permutations }, preset) {
    const planner = createPlanner({ preset, training, settings, permutations });
    const asked = modelsFor(subject, named);
    for (const seed of seeds) {
      const arms = [
        ...fusions.map((method) => paperArm(planner, seed, method, theta)),
        ...controlledArms(planner, seed, { parametrisation: 'expg', theta, permutations }),
      ];
      readByModels(planner, seed, { arms, models: asked, against: everyOtherAgainstTheFirst });
    }
    return planner.plan();
  },
};

const everyOtherAgainstTheFirst = ([first, ...others]: readonly Arm[]) =>
  others.map((arm) => [arm, first] as const);
