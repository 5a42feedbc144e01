import { z } from 'zod';
import type { Experiment } from './experiment.ts';
import { modelsFor, networks } from './diagnosis-models.ts';
import { readingMetrics } from './arms.ts';
import { createPlanner } from './planner.ts';
import { demoTraining, models, sharedSettings } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  models,
  raters: z.array(z.string()).min(1).nullable().default(null).meta({
    description: 'Names of the raters. If null, all of them.',
    source: 'The paper shows all seven.',
  }),
});
export type Figure2Config = z.infer<typeof config>;

/**
 * What a diagnosis model makes of each single rater's masks: for each rater, every model is trained on that rater's
 * training masks and reads that rater's test masks; beside them a model that sees no mask. No fusion here sees a
 * diagnosis, so the two protocols are one.
 */
export const figure2: Experiment<Figure2Config> = {
  name: 'figure-2',
  title: 'Figure 2',
  drawing: 'bars',
  summary:
    'AUC of each diagnosis model with the masks of each single rater, and with no masks, and how far the model reads the mask.',
  citation:
    'Figure 2 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction:
    "The paper does not print the protocol: each model is trained on one rater's masks and tested on the " +
    "same rater's.",
  history: ['First version.', 'How far each model reads the mask stands beside the AUC.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [
    { claim: 'The masks of R2 and R4 help the diagnosis most, those of R7 least, whichever the model.' },
    { claim: 'DL-ROI, which takes no more than a place from the mask, gains nothing notable over no mask.' },
  ],
  plan(subject, { seeds, models: named, raters, training, settings }, preset) {
    const planner = createPlanner({ preset, training, settings });
    const asked = modelsFor(subject, named ?? networks);
    const unmasked = { protocol: 'both', method: 'no mask', model: 'no-mask' } as const;
    for (const seed of seeds) {
      const vote = planner.fuse(seed, { method: 'majority-vote' });
      const none = planner.train(seed, { method: 'no-mask', fusion: vote });
      const unread = planner.evaluate(seed, { fusion: vote, judge: none, metrics: readingMetrics });
      for (const { name } of readingMetrics) planner.cell(unmasked, name, unread);
      for (const rater of raters ?? subject.raters) {
        const masks = planner.fuse(seed, { method: 'single-rater', config: { rater } });
        for (const model of asked) {
          const judge = planner.train(seed, { method: model, fusion: masks });
          const place = { protocol: 'both', method: 'single-rater', model, rater } as const;
          const evaluation = planner.evaluate(seed, { fusion: masks, judge, metrics: readingMetrics });
          for (const { name } of readingMetrics) planner.cell(place, name, evaluation);
          planner.compare(place, unmasked);
        }
      }
    }
    return planner.plan();
  },
};
