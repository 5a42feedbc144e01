import type { Learner, Stage } from './learner.ts';
import { learningRateAt, stageOf, type StageEpoch } from './schedule.ts';
import type { Numbers } from './train-step.ts';
import type { TrainingState } from './training-state.ts';

/** The stage of an epoch of the run, and where in it the epoch falls. */
export function stageAt(
  { stages }: Learner,
  epoch: number,
  epochs: number,
): { stage: Stage; within: StageEpoch } {
  const within = stageOf(
    stages.map(({ share = 0 }) => share),
    epoch,
    epochs,
  );
  return { stage: stages[within.stage], within };
}

/** Sets the learning rates of an epoch, and returns them as metrics. */
export function setRates({ updates }: Stage, { optimisers }: TrainingState, within: StageEpoch): Numbers {
  const groups = updates.flatMap((update) => update.groups);
  const rates = groups.map(({ name, optimiser }, index) => {
    const rate = learningRateAt(optimiser, within);
    optimisers.get(name)!.setLearningRate(rate);
    return [index === 0 ? 'learningRate' : `${name}LearningRate`, rate];
  });
  return Object.fromEntries(rates) as Numbers;
}
