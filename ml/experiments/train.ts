import { z } from 'zod';
import { foldsOf, type Fold } from '../data/fold.ts';
import { InputError } from '../errors.ts';
import { models } from '../models.ts';
import { armOf, votes, type Arm } from './arms.ts';
import type { Experiment, Subject } from './experiment.ts';
import { createPlanner, type Planner } from './planner.ts';
import {
  demoTraining,
  judge,
  methodSettings,
  permutations,
  protocol,
  sharedSettings,
  theta,
} from './settings.ts';

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
  permutations,
  folds: z.int().min(2).max(10).nullable().default(null).meta({
    description:
      'Cross-validation: the training images fall into so many parts, of whole subjects; for each part a model learns from the others and is asked about that part. Null: learn from all training images, ask about the test images.',
    source: 'Our own choice: the publication has one split.',
    unit: 'parts',
  }),
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
  history: ['First version.', 'Controls are the mean of several permutations; folds are stratified.'],
  config,
  presets: { paper: {}, demo: demoTraining },
  claims: [],
  plan(subject, { seeds, training, settings, permutations, ...config }, preset) {
    const planner = createPlanner({ preset, training, settings, permutations });
    const { method, fusion, modelTraining, folds, ...asked } = config;
    const model = { method, training: modelTraining };
    for (const seed of seeds) {
      const arm = armOf(planner, seed, { ...asked, method: fusion });
      for (const fold of partsOf(folds)) {
        if (models.get(method).task === 'diagnosis') diagnosisModel(planner, seed, { arm, model, fold });
        else segmentationModel(planner, seed, subject, { arm, model, judge: asked.judge, fold });
      }
    }
    return planner.plan();
  },
};

interface ModelAsked {
  readonly method: string;
  readonly training?: TrainConfig['modelTraining'];
}

const partsOf = (folds: number | null): readonly (Fold | undefined)[] =>
  folds === null ? [undefined] : foldsOf(folds);

/** What a model is asked about: the test images, or the training images that it has not learned from. */
const askedAbout = (fold: Fold | undefined) => (fold ? { split: 'train' as const, fold } : {});
const leavingOut = (fold: Fold | undefined) => (fold ? { leaveOut: fold } : {});

interface ModelAsked {
  readonly method: string;
  readonly training?: TrainConfig['modelTraining'];
}

interface Asked {
  readonly arm: Arm;
  readonly model: ModelAsked;
  /** Of a cross-validation: the part that is left out of all training, and asked about. */
  readonly fold?: Fold;
}

/** Reads the masks that it has learned with: those of the images that it is asked about. */
function diagnosisModel(planner: Planner, seed: number, { arm, model, fold }: Asked): void {
  const { method } = model;
  const training = { ...model.training, ...leavingOut(fold) };
  const judge = planner.train(seed, { method, training, fusion: arm.fusion });
  const place = { protocol: arm.protocol, method: arm.method, model: method };
  const evaluation = planner.evaluate(seed, { fusion: arm.fusion, judge, ...askedAbout(fold) });
  planner.cell(place, 'auc', evaluation);
}

/** Predicts masks, which are compared with the fused ones and read by a judge trained on votes. */
export function segmentationModel(
  planner: Planner,
  seed: number,
  { structures, diagnosed }: Subject,
  asked: Asked & { readonly judge: string },
): void {
  const { arm, model, fold } = asked;
  const spec = models.get(model.method);
  const needsDiagnosisModel = spec.task === 'segmentation' && spec.needsDiagnosisModel;
  if (needsDiagnosisModel && !diagnosed) {
    throw new InputError(`'${model.method}' needs training images of both diagnoses: there are none`);
  }
  const lacking = needsDiagnosisModel ? planner.lacking(asked.judge, spec.diagnosisTraits ?? []) : null;
  if (lacking) {
    throw new InputError(`judge '${asked.judge}', as it is set, ${lacking}, which '${model.method}' needs`);
  }
  const leaveOut = leavingOut(fold);
  const judge = diagnosed
    ? planner.train(seed, { method: asked.judge, fusion: votes(planner, seed), training: leaveOut })
    : undefined;
  const trained = planner.train(seed, {
    method: model.method,
    training: { ...model.training, ...leaveOut },
    fusion: arm.fusion,
    diagnosisModel: needsDiagnosisModel ? judge : undefined,
  });
  const evaluation = planner.evaluate(seed, { model: trained, judge, ...askedAbout(fold) });
  const place = { protocol: arm.protocol, method: arm.method, model: model.method };
  for (const structure of structures) planner.cell({ ...place, structure }, 'soft_dice', evaluation);
  if (judge) planner.cell({ ...place, judge: asked.judge }, 'auc', evaluation);
}
