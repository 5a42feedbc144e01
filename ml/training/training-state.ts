import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../layers/weights.ts';
import type { Optimiser } from '../ops/optimiser.ts';
import type { Learner } from './learner.ts';
import { tensorsOf } from './network-tensors.ts';
import { createOptimiser } from './optimiser-config.ts';
import type { Tensors } from './safetensors.ts';
import { DivergedError } from '../errors.ts';

/** The epoch whose weights are kept, where a run keeps the best. */
export interface Best {
  readonly epoch: number;
  readonly validationLoss: number;
}

/** All that changes in a training. */
export interface TrainingState {
  readonly network: { readonly weights: Weights };
  /** Weights that only training needs. */
  readonly helpers?: Weights;
  /** By name of their group. */
  readonly optimisers: ReadonlyMap<string, Optimiser>;
  /** The best epoch so far with the network's weights, in a run that keeps them. */
  best: (Best & { readonly tensors: Tensors }) | null;
}

export function createState(network: TrainingState['network'], { stages, helpers }: Learner): TrainingState {
  const optimisers = new Map<string, Optimiser>();
  for (const { name, optimiser, weights } of stages.flatMap(({ updates }) =>
    updates.flatMap(({ groups }) => groups),
  )) {
    if (!optimisers.has(name)) optimisers.set(name, createOptimiser(optimiser, weights));
  }
  return { network, helpers, optimisers, best: null };
}

/** The network stays its caller's. */
export function disposeState({ optimisers, helpers }: TrainingState): void {
  optimisers.forEach((optimiser) => optimiser.dispose());
  helpers?.dispose();
}

/** Keeps the network's weights where the validation loss is the lowest so far: of equal ones the first, NaN never. */
export function keepBest(state: TrainingState, epoch: number, validationLoss: number): void {
  const loss = Number.isNaN(validationLoss) ? Infinity : validationLoss;
  if (state.best && state.best.validationLoss <= loss) return;
  state.best = { epoch, validationLoss: loss, tensors: tensorsOf(state.network.weights) };
}

/** The last step of an epoch may spoil a weight that no loss has seen yet. @throws DivergedError naming weight and epoch. */
export function checkWeights({ network, helpers }: TrainingState, epoch: number): void {
  for (const [name, variable] of [...network.weights.trainable, ...(helpers?.trainable ?? [])]) {
    if (tf.tidy(() => Number.isFinite(variable.abs().mean().dataSync()[0]))) continue;
    throw new DivergedError(
      `weight '${name}' is no finite number after epoch ${epoch}: try a lower learning rate`,
    );
  }
}
