import { z } from 'zod';
import { modelsFor, networks } from './diagnosis-models.ts';
import type { Experiment } from './experiment.ts';
import { type Arm, controlledArms, matchingCells, parametrisationArms, readByModels } from './arms.ts';
import { createPlanner } from './planner.ts';
import { atPaperRate, demoTraining, models, permutations, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  models,
  fusions: z
    .array(z.string())
    .min(1)
    .default(['df-gt-raw', 'df-gt-transrob', 'df-gt-fourier', 'df-gt-expg'])
    .meta({
      description: 'Names of the parametrisations of DF-GT. The others are tested against the first.',
      source: 'The paper has raw pixels and ExpG; we add TransRob and Fourier.',
    }),
  atPaperRate: atPaperRate(['df-gt-raw', 'df-gt-expg']),
  theta,
  permutations,
});
export type Figure4dConfig = z.infer<typeof config>;

const gain = (model: string, value: number) => ({
  claim: `On glaucoma, ExpG's AUC is ${(100 * value).toFixed(2)} points above raw pixels' with ${model}.`,
  difference: { structure: 'cup', method: 'df-gt-expg', against: 'df-gt-raw', model, value },
});

/** What the parametrisation of DF-GT is worth: raw pixels against ExpG and others, as published and with the leak closed. */
export const figure4d: Experiment<Figure4dConfig> = {
  name: 'figure-4d',
  title: 'Figure 4 (d)',
  drawing: 'bars',
  summary:
    'AUC of each parametrisation of DF-GT under every diagnosis model, as published and leak-controlled.',
  citation:
    'Figure 4d of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction:
    'The paper does not print the protocol: each model is trained on masks fused by a method and tested on ' +
    'masks fused alike. Fourier and TransRob and the leak-controlled arms are ours.',
  history: [
    'First version.',
    'Compared at matched movement from the vote, with the paper’s single rate beside; controls are the mean of several ' +
      'permutations; folds are stratified.',
  ],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [gain('dl-att', 0.0593), gain('dl-ssl', 0.079), gain('dl-seat', 0.0759)],
  plan(subject, { seeds, models: named, fusions, theta, permutations, ...config }, preset) {
    const { training, settings, atPaperRate } = config;
    const planner = createPlanner({ preset, training, settings, permutations });
    const asked = modelsFor(subject, named ?? networks);
    for (const seed of seeds) {
      const published = parametrisationArms(planner, seed, { methods: fusions, atPaperRate, theta, preset });
      const single = published.slice(fusions.length);
      const controlled = (parametrisation: string) =>
        controlledArms(planner, seed, { parametrisation, theta, permutations });
      const [raw, ...permutedRaw] = controlled('raw');
      const [expG, ...permutedExpG] = controlled('expg');
      for (const arm of [...published, raw, expG]) matchingCells(planner, arm);
      readByModels(planner, seed, {
        arms: [...published, raw, ...permutedRaw, expG, ...permutedExpG],
        models: asked,
        against: () => [
          ...againstFirst(published.slice(0, fusions.length)),
          ...againstFirst(single),
          [expG, raw],
        ],
      });
    }
    return planner.plan();
  },
};

const againstFirst = ([first, ...others]: readonly Arm[]) => others.map((arm) => [arm, first] as const);
