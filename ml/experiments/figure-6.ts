import { z } from 'zod';
import type { Experiment } from './experiment.ts';
import { matchingCells, parametrisationArms } from './arms.ts';
import { createPlanner } from './planner.ts';
import { atPaperRate, demoTraining, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  fusions: z
    .array(z.string())
    .min(1)
    .default(['df-gt-raw', 'df-gt-transrob', 'df-gt-fourier', 'df-gt-expg'])
    .meta({
      description: 'Names of the parametrisations of DF-GT, in the order of the columns.',
      source: "The paper's four, from noisy to smooth.",
    }),
  atPaperRate: atPaperRate(['df-gt-raw', 'df-gt-transrob', 'df-gt-fourier', 'df-gt-expg']),
  theta,
});
export type Figure6Config = z.infer<typeof config>;

/**
 * The expertness maps of the parametrisations side by side; how noisy a map is, as a number: the share of its energy
 * above 0.25 cycles a pixel (ml/statistics/spectral-energy.ts).
 */
export const figure6: Experiment<Figure6Config> = {
  name: 'figure-6',
  title: 'Figure 6',
  drawing: 'sheet',
  summary:
    'Expertness maps of raw pixels, TransRob, Fourier and ExpG side by side, with their share of high-frequency energy.',
  citation:
    'Figure 6 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction:
    'The paper prints pictures; the share of spectral energy above 0.25 cycles a pixel is our measure of ' +
    'their noise.',
  history: [
    'First version.',
    'Compared at matched movement from the vote, with the paper’s single rate beside.',
  ],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [
    { claim: 'Noise falls from raw pixels over TransRob and Fourier to ExpG, whose maps are the smoothest.' },
  ],
  plan({ raters }, { seeds, fusions, atPaperRate, theta, training, settings }, preset) {
    const planner = createPlanner({ preset, training, settings });
    for (const seed of seeds) {
      for (const arm of parametrisationArms(planner, seed, {
        methods: fusions,
        atPaperRate,
        theta,
        preset,
      })) {
        const { protocol, method, fusion } = arm;
        matchingCells(planner, arm);
        planner.cell({ protocol, method }, 'spectral_energy', fusion);
        for (const rater of raters) planner.cell({ protocol, method, rater }, 'weight', fusion);
      }
    }
    return planner.plan();
  },
};
