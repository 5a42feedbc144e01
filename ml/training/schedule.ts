import { batchesAnEpoch } from './batch-order.ts';
import type { OptimiserConfig } from './optimiser-config.ts';
import type { TrainingConfig } from './training-config.ts';
import { InputError } from '../errors.ts';

/** Epochs to do: as many as are asked for, or more, until `minSteps` updates are made. */
export function epochsOf({ epochs, minSteps, batchSize }: TrainingConfig, images: number): number {
  return Math.max(epochs, Math.ceil(minSteps / batchesAnEpoch(images, batchSize)));
}

/** An epoch of a stage, counted from 1. */
export interface StageEpoch {
  /** Index of the stage. */
  readonly stage: number;
  readonly epoch: number;
  /** Epochs of the stage. */
  readonly epochs: number;
}

/**
 * Where an epoch of the run falls. Each stage but the last takes its share of all epochs, rounded, and one at least.
 * @throws InputError where no epoch is left for the last stage.
 */
export function stageOf(shares: readonly number[], epoch: number, epochs: number): StageEpoch {
  const lengths = shares.slice(0, -1).map((share) => Math.max(1, Math.round(share * epochs)));
  const last = epochs - lengths.reduce((sum, length) => sum + length, 0);
  if (last < 1) throw new InputError(`training in ${shares.length} stages needs more epochs than ${epochs}`);
  let before = 0;
  for (const [stage, length] of lengths.entries()) {
    if (epoch <= before + length) return { stage, epoch: epoch - before, epochs: length };
    before += length;
  }
  return { stage: lengths.length, epoch: epoch - before, epochs: last };
}

/** Learning rate in an epoch of so many, counted from 1. */
export function learningRateAt(
  { learningRate, schedule }: OptimiserConfig,
  { epoch, epochs }: Pick<StageEpoch, 'epoch' | 'epochs'>,
): number {
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * schedule.factor ** Math.floor((epoch - 1) / schedule.every);
    case 'polynomial':
      return learningRate * (1 - (epoch - 1) / epochs) ** schedule.power;
  }
}
