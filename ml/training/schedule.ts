import { batchesAnEpoch } from './batch-order.ts';
import type { TrainingConfig } from './training-config.ts';

/** Epochs to do: as many as are asked for, or more, until `minSteps` updates are made. */
export function epochsOf({ epochs, minSteps, batchSize }: TrainingConfig, images: number): number {
  return Math.max(epochs, Math.ceil(minSteps / batchesAnEpoch(images, batchSize)));
}

/** Learning rate in an epoch, counted from 1. */
export function learningRateAt({ learningRate, schedule }: TrainingConfig, epoch: number): number {
  if (schedule.kind === 'constant') return learningRate;
  return learningRate * schedule.factor ** Math.floor((epoch - 1) / schedule.every);
}
