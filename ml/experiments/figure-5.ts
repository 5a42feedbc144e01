import { z } from 'zod';
import type { Experiment } from './experiment.ts';
import { paperArm } from './arms.ts';
import { createPlanner } from './planner.ts';
import { demoTraining, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  fusions: z
    .array(z.string())
    .min(1)
    .default(['majority-vote', 'staple', 'aggnet', 'max-mig', 'df-gt-expg'])
    .meta({ description: 'Names of the fusions, in the order of the columns.', source: "The paper's five." }),
  theta,
});
export type Figure5Config = z.infer<typeof config>;

/** The fusions of one case side by side, and the weight that each gives to each rater. */
export const figure5: Experiment<Figure5Config> = {
  name: 'figure-5',
  title: 'Figure 5',
  drawing: 'sheet',
  summary:
    "Raters' masks and fused masks of cases side by side, with the weight of each rater in each fusion.",
  citation:
    'Figure 5 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction: 'The paper prints pictures; the table of mean weights beside them is ours.',
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [
    {
      claim:
        'Majority vote and STAPLE favour what raters agree on; AggNet and Max-MIG are weak on vague borders.',
    },
    {
      claim:
        'DF-GT brings out what the diagnosis rests on: a larger cup, an irregular nodule, an asymmetric lesion.',
    },
  ],
  plan({ raters }, { seeds, fusions, theta, training, settings }, preset) {
    const planner = createPlanner({ preset, training, settings });
    for (const seed of seeds) {
      for (const name of fusions) {
        const { protocol, method, fusion } = paperArm(planner, seed, name, theta);
        for (const rater of raters) planner.cell({ protocol, method, rater }, 'weight', fusion);
      }
    }
    return planner.plan();
  },
};
