import { z } from 'zod';
import { InputError } from '../errors.ts';
import { models } from '../models.ts';
import { armOf, votes, type Arm } from './arms.ts';
import type { Experiment, Subject } from './experiment.ts';
import { createPlanner, type Planner } from './planner.ts';
import { demoTraining, judge, methodSettings, protocol, sharedSettings, theta } from './settings.ts';

const config = z.strictObject({
  ...sharedSettings,
  method: z
    .string()
    .default('take-and-give')
    .meta({ description: 'The diagnosis or segmentation model by name.', source: "The paper's." }),
  modelTraining: methodSettings.default({}).meta({
    description:
      'What differs from the preset in the training of this model alone; the settings of a training.',
    source: "None: the preset's.",
  }),
  fusion: z
    .string()
    .default('df-gt-expg')
    .meta({ description: 'The fusion whose masks the model learns from, by name.', source: "The paper's." }),
  protocol,
  theta,
  judge,
});
export type TrainConfig = z.infer<typeof config>;

/**
 * One model with all that it needs: the fusion that it learns with (and what that needs), the frozen network inside it,
 * and an evaluation on the test images.
 */
export const train: Experiment<TrainConfig> = {
  name: 'train',
  title: 'One model',
  drawing: null,
  summary: 'One model trained on fused masks and evaluated, after all that it builds on has been made.',
  citation: 'The workflow of Wu et al., 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [],
  plan(subject, { seeds, training, settings, method, fusion, modelTraining, ...asked }, preset) {
    const planner = createPlanner({ preset, training, settings });
    const model = { method, training: modelTraining };
    for (const seed of seeds) {
      const arm = armOf(planner, seed, { ...asked, method: fusion });
      if (models.get(method).task === 'diagnosis') diagnosisModel(planner, seed, arm, model);
      else segmentationModel(planner, seed, subject, { arm, model, judge: asked.judge });
    }
    return planner.plan();
  },
};

interface ModelAsked {
  readonly method: string;
  readonly training?: TrainConfig['modelTraining'];
}

/** Reads the masks that it has learned with: those of the test images. */
function diagnosisModel(planner: Planner, seed: number, arm: Arm, { method, training }: ModelAsked): void {
  const judge = planner.train(seed, { method, training, fusion: arm.fusion });
  const place = { protocol: arm.protocol, method: arm.method, model: method };
  planner.cell(place, 'auc', planner.evaluate(seed, { fusion: arm.fusion, judge }));
}

/** Predicts masks of the test images, which are compared with the fused ones and read by a judge trained on votes. */
export function segmentationModel(
  planner: Planner,
  seed: number,
  { structures, diagnosed }: Subject,
  asked: { readonly arm: Arm; readonly model: ModelAsked; readonly judge: string },
): void {
  const { arm, model } = asked;
  const spec = models.get(model.method);
  const needsDiagnosisModel = spec.task === 'segmentation' && spec.needsDiagnosisModel;
  if (needsDiagnosisModel && !diagnosed) {
    throw new InputError(`'${model.method}' needs training images of both diagnoses: there are none`);
  }
  const judge = diagnosed
    ? planner.train(seed, { method: asked.judge, fusion: votes(planner, seed) })
    : undefined;
  const diagnosisModel = needsDiagnosisModel ? judge : undefined;
  const trained = planner.train(seed, { ...model, fusion: arm.fusion, diagnosisModel });
  const evaluation = planner.evaluate(seed, { model: trained, judge });
  const place = { protocol: arm.protocol, method: arm.method, model: model.method };
  for (const structure of structures) planner.cell({ ...place, structure }, 'soft_dice', evaluation);
  if (judge) planner.cell({ ...place, judge: asked.judge }, 'auc', evaluation);
}
