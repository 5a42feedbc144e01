import type { TrainingConfig } from './training-config.ts';

/** Learning rate in an epoch, counted from 1. */
export function learningRateAt({ learningRate, schedule }: TrainingConfig, epoch: number): number {
  if (schedule.kind === 'constant') return learningRate;
  return learningRate * schedule.factor ** Math.floor((epoch - 1) / schedule.every);
}
