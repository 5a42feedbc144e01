import type { SampleSource } from '../data/sample.ts';
import { balancedPositiveWeight, type DiagnosisTarget } from '../losses/diagnosis-loss.ts';
import type { Losses } from '../losses/losses.ts';
import type { Batch } from '../training/batch.ts';
import { minimise, type Learn, type Learner, type LearnInput } from '../training/learner.ts';
import type { Moment } from '../training/moment.ts';
import type { DiagnosisNetwork, DiagnosisOutput } from './diagnosis-model.ts';
import { InputError } from '../errors.ts';

/** A diagnosis model that has a loss and needs no more: one optimiser for all weights. */
export const byDiagnosisLoss =
  <Config>(
    loss: (output: DiagnosisOutput, target: DiagnosisTarget, config: Config) => Losses,
  ): Learn<DiagnosisNetwork, Config> =>
  (input) =>
    learnDiagnosis(
      input,
      ({ image, fused: mask }, target, moment) =>
        () =>
          loss(input.network.apply({ image, mask }, moment), target, input.config),
    );

/** As `Objective`, with the diagnoses as its target. */
export type DiagnosisObjective = (batch: Batch, target: DiagnosisTarget, moment: Moment) => () => Losses;

/**
 * One optimiser for all weights and any objective, on images whose diagnosis is known.
 * @throws InputError where the training images do not show both diagnoses.
 */
export function learnDiagnosis<Config>(
  input: LearnInput<DiagnosisNetwork, Config>,
  objective: DiagnosisObjective,
): Learner {
  const { source, images, training } = input;
  checkBothDiagnoses(source, images);
  const { positiveWeight: asked } = training;
  const positiveWeight = asked === 'balanced' ? balancedPositiveWeight(source.diagnoses) : asked;
  const learner = minimise(input, (batch, moment) =>
    objective(batch, { diagnosis: batch.diagnosis, positiveWeight }, moment),
  );
  return { ...learner, usable: hasDiagnosis };
}

const hasDiagnosis = ({ diagnoses }: SampleSource, index: number): boolean => diagnoses[index] != null;

function checkBothDiagnoses(source: SampleSource, images: readonly number[]): void {
  const known = images.filter((index) => hasDiagnosis(source, index));
  if (known.length < 2) {
    throw new InputError(
      `training needs two images or more with a known diagnosis: received ${known.length}`,
    );
  }
  if (new Set(known.map((index) => source.diagnoses[index])).size === 2) return;
  throw new InputError(
    `all ${known.length} training images have diagnosis ${source.diagnoses[known[0]]}: both are needed`,
  );
}
