import type { Weights } from '../layers/weights.ts';
import type { Optimiser } from '../ops/optimiser.ts';
import { MAIN } from './learner.ts';
import { assignment, tensorsOf } from './network-tensors.ts';
import { fromSafetensors, toSafetensors, type NamedTensor, type Tensors } from './safetensors.ts';
import type { Best, TrainingState } from './training-state.ts';
import { InputError } from '../errors.ts';

/**
 * All that a run needs to go on as if it had never stopped, after `epoch` epochs and `step` steps. Tensors are named
 * `weights/…` and `statistics/…`, `helpers/…` (weights and statistics), `optimiser/<group>/…` and `best/…` (weights and
 * statistics).
 */
export interface Checkpoint {
  readonly epoch: number;
  readonly step: number;
  /** Name of the epoch's stage. */
  readonly stage: string;
  readonly best: Best | null;
  readonly tensors: Tensors;
}

type AnyNetwork = { readonly weights: Weights };

const HELPERS = 'helpers/';
const OPTIMISER = 'optimiser/';
const BEST = 'best/';

export function takeCheckpoint(
  { network, helpers, optimisers, best }: TrainingState,
  at: { epoch: number; step: number; stage: string },
): Checkpoint {
  const moments = [...optimisers].flatMap(([name, optimiser]) =>
    [...optimiser.state()].map(
      ([key, values]) => [`${name}/${key}`, { shape: [values.length], values }] as const,
    ),
  );
  const tensors = new Map([
    ...tensorsOf(network.weights),
    ...prefixed(HELPERS, helpers ? tensorsOf(helpers) : []),
    ...prefixed(OPTIMISER, moments),
    ...prefixed(BEST, best?.tensors ?? []),
  ]);
  return { ...at, best: best && { epoch: best.epoch, validationLoss: best.validationLoss }, tensors };
}

/** @throws InputError where the checkpoint is of another network or another way of training; nothing is changed then. */
export function restoreCheckpoint(state: TrainingState, { tensors, best }: Checkpoint): void {
  const { network, helpers, optimisers } = state;
  const moments = under(OPTIMISER, tensors);
  const assignments = [assignment(network.weights, tensors)];
  if (helpers) assignments.push(assignment(helpers, under(HELPERS, tensors)));
  for (const [name, optimiser] of optimisers) checkMoments(name, optimiser, moments);
  assignments.forEach((assign) => assign());
  for (const [name, optimiser] of optimisers) {
    const own = [...under(`${name}/`, moments)].map(([key, { values }]) => [key, values] as const);
    optimiser.restore(new Map(own));
  }
  state.best = best && { ...best, tensors: under(BEST, tensors) };
}

const FORMAT = 'consilium-checkpoint-2';
/** Version 0.1.0: one optimiser, whose tensors are named `adam/…`. */
const FIRST_FORMAT = 'consilium-checkpoint-1';

export function checkpointToBytes({ epoch, step, stage, best, tensors }: Checkpoint): Uint8Array {
  const kept = best && { bestEpoch: `${best.epoch}`, bestLoss: `${best.validationLoss}` };
  return toSafetensors({
    tensors,
    metadata: { format: FORMAT, epoch: `${epoch}`, step: `${step}`, stage, ...kept },
  });
}

export function checkpointFromBytes(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = fromSafetensors(bytes);
  const { format = 'unknown', stage = MAIN, bestEpoch, bestLoss } = metadata;
  const [epoch, step] = [Number(metadata.epoch), Number(metadata.step)];
  const known = format === FORMAT || format === FIRST_FORMAT;
  if (!known || !Number.isInteger(epoch) || !Number.isInteger(step)) {
    throw new InputError(`not a checkpoint of a run: format '${format}'`);
  }
  const best =
    bestEpoch === undefined ? null : { epoch: Number(bestEpoch), validationLoss: Number(bestLoss) };
  return { epoch, step, stage, best, tensors: format === FIRST_FORMAT ? renamed(tensors) : tensors };
}

function renamed(tensors: Tensors): Tensors {
  const entries = [...tensors].map(
    ([name, tensor]) => [name.replace(/^adam\//, `${OPTIMISER}${MAIN}/`), tensor] as const,
  );
  return new Map(entries);
}

/** Weights and moving statistics as a safetensors file: a trained network without its training's state. */
export function saveWeights(network: AnyNetwork): Uint8Array {
  return toSafetensors({
    tensors: tensorsOf(network.weights),
    metadata: { format: 'consilium-weights-1' },
  });
}

/**
 * Fills a built network from `saveWeights`, or from a checkpoint, whose other tensors are passed over.
 * @throws InputError where a tensor is missing, unknown or of another shape; nothing is changed then.
 */
export function loadWeights(network: AnyNetwork, bytes: Uint8Array): void {
  assignment(network.weights, fromSafetensors(bytes).tensors)();
}

function prefixed(
  prefix: string,
  tensors: Iterable<readonly [string, NamedTensor]>,
): (readonly [string, NamedTensor])[] {
  return [...tensors].map(([name, tensor]) => [prefix + name, tensor] as const);
}

/** The tensors under a prefix, without it. */
function under(prefix: string, tensors: Tensors): Map<string, NamedTensor> {
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

function checkMoments(group: string, optimiser: Optimiser, moments: Tensors): void {
  for (const [key, { length }] of optimiser.state()) {
    const stored = moments.get(`${group}/${key}`)?.values.length;
    if (stored === length) continue;
    throw new InputError(
      `the checkpoint's '${OPTIMISER}${group}/${key}' holds ${stored ?? 'no'} values: expected ${length}`,
    );
  }
}
