import { z } from 'zod';
import { paperArm, votes, type Arm } from './arms.ts';
import type { Experiment, Subject } from './experiment.ts';
import { createPlanner, type Planner } from './planner.ts';
import { demoTraining, judge, permutations, sharedSettings, theta } from './settings.ts';
import { segmentationModel } from './train.ts';

const config = z.strictObject({
  ...sharedSettings,
  fusion: z.string().default('df-gt-expg').meta({
    description: 'Name of the fusion to compare with the majority vote.',
    source: "The paper's.",
  }),
  models: z.array(z.string()).min(1).default(['baseline-seg', 'take-and-give']).meta({
    description: 'Names of the segmentation models that learn from the masks of the fusion.',
    source: "The paper's model and the baseline that it builds on.",
  }),
  theta,
  judge,
  permutations,
});
export type DemoConfig = z.infer<typeof config>;

/**
 * The whole workflow of the paper on one page: a fusion beside the majority vote, both read by one judge; segmentation
 * models trained on its masks. On images without diagnoses only the part that reads none.
 */
export const demo: Experiment<DemoConfig> = {
  name: 'demo',
  title: 'The workflow',
  drawing: 'sheet',
  summary:
    'The whole workflow: a fusion, compared with the majority vote, and segmentation models trained on its masks.',
  citation: 'The workflow of Wu et al., 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: ['First version.', 'Controls are the mean of several permutations; folds are stratified.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [],
  plan(subject, { seeds, training, settings, permutations, ...asked }, preset) {
    const planner = createPlanner({ preset, training, settings, permutations });
    for (const seed of seeds) {
      if (subject.diagnosed) withDiagnoses(planner, seed, subject, asked);
      else withoutDiagnoses(planner, seed, subject, asked.judge);
    }
    return planner.plan();
  },
};

function withDiagnoses(
  planner: Planner,
  seed: number,
  subject: Subject,
  { fusion, models, theta, judge }: Pick<DemoConfig, 'fusion' | 'models' | 'theta' | 'judge'>,
): void {
  const reader = planner.train(seed, { method: judge, fusion: votes(planner, seed) });
  const arms = ['majority-vote', fusion].map((method) => paperArm(planner, seed, method, theta));
  for (const { protocol, method, fusion } of arms) {
    const evaluation = planner.evaluate(seed, { fusion, judge: reader });
    planner.cell({ protocol, method, model: judge }, 'auc', evaluation);
    for (const rater of subject.raters) planner.cell({ protocol, method, rater }, 'weight', fusion);
  }
  const arm = arms[1];
  for (const method of models) segmentationModel(planner, seed, subject, { arm, model: { method }, judge });
}

function withoutDiagnoses(planner: Planner, seed: number, subject: Subject, judge: string): void {
  const arm = paperArm(planner, seed, 'majority-vote', '');
  for (const rater of subject.raters) planner.cell({ ...placeOf(arm), rater }, 'weight', arm.fusion);
  segmentationModel(planner, seed, subject, { arm, model: { method: 'baseline-seg' }, judge });
}

const placeOf = ({ protocol, method }: Arm) => ({ protocol, method });
