import { z } from 'zod';
import { armOf } from './arms.ts';
import type { Experiment } from './experiment.ts';
import { createPlanner } from './planner.ts';
import { demoTraining, protocol, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  method: z
    .string()
    .default('df-gt-expg')
    .meta({ description: 'Name of the fusion.', source: "The paper's." }),
  protocol,
  theta,
});
export type FuseConfig = z.infer<typeof config>;

/** One fusion with all that it needs: the votes and the networks θ that it follows, each trained first. */
export const fuse: Experiment<FuseConfig> = {
  name: 'fuse',
  title: 'One fusion',
  drawing: null,
  summary: "One fusion of the raters' masks, after training the diagnosis networks that it needs.",
  citation: 'The first half of the workflow of Wu et al., 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [],
  plan({ raters }, { seeds, training, settings, theta, ...asked }, preset) {
    const planner = createPlanner({ preset, training, settings });
    for (const seed of seeds) {
      const { protocol, method, fusion } = armOf(planner, seed, { ...asked, theta, toKeep: true });
      for (const rater of raters) planner.cell({ protocol, method, rater }, 'weight', fusion);
    }
    return planner.plan();
  },
};
