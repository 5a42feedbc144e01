import type * as tf from '@tensorflow/tfjs';
import type { SampleSource } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { balancedPositiveWeight } from '../losses/diagnosis-loss.ts';
import type { GradientModel, Model } from '../models.ts';
import type { SegmentationNetwork } from '../segmentation/segmentation-model.ts';
import type { Batch } from './batch.ts';
import type { TrainingConfig } from './training-config.ts';

export type TrainedNetwork = DiagnosisNetwork | SegmentationNetwork;

/** Validation, or training in an epoch counted from 1. */
export type ObjectiveMode =
  { readonly training: false } | { readonly training: true; readonly epoch: number };

/** What a step minimises, by the model's task: a batch to the loss that is to be differentiated. Call inside tf.tidy. */
export type Objective = (batch: Batch, mode: ObjectiveMode) => () => tf.Scalar;

export interface ObjectiveOptions {
  readonly model: GradientModel;
  /** The model's parsed configuration. */
  readonly config: unknown;
  readonly network: TrainedNetwork;
  readonly training: TrainingConfig;
  /** The training images: their diagnoses balance the classes. */
  readonly source: SampleSource;
}

export function objectiveOf({ model, config, network, training, source }: ObjectiveOptions): Objective {
  if (model.task === 'segmentation') {
    const segmentation = network as SegmentationNetwork;
    return (batch, mode) => () => model.loss(segmentation.apply({ image: batch.image }, mode), batch, config);
  }
  const diagnosis = network as DiagnosisNetwork;
  const { positiveWeight: asked } = training;
  const positiveWeight = asked === 'balanced' ? balancedPositiveWeight(source.diagnoses) : asked;
  return ({ image, fused: mask, diagnosis: labels }, mode) => {
    const target = { diagnosis: labels, positiveWeight };
    if (mode.training && diagnosis.prepareStep)
      return diagnosis.prepareStep({ image, mask, target, epoch: mode.epoch });
    return () => model.loss(diagnosis.apply({ image, mask }, mode), target, config);
  };
}

/** Indices of the images that the task can learn from: a diagnosis model needs a known diagnosis. */
export function usableImages({ task }: Model, { ids, diagnoses }: SampleSource): number[] {
  const all = ids.map((_, index) => index);
  return task === 'segmentation' ? all : all.filter((index) => diagnoses[index] != null);
}
