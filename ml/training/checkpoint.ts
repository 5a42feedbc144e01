import * as tf from '@tensorflow/tfjs';
import type { Network } from '../layers/network.ts';
import type { Weights } from '../layers/weights.ts';
import type { Adam } from '../ops/adam.ts';
import { fromSafetensors, toSafetensors, type NamedTensor } from './safetensors.ts';
import { InputError } from '../errors.ts';

/**
 * All that a run needs to go on as if it had never stopped: weights, moving statistics and Adam's moments after
 * `epoch` epochs and `step` steps. Tensors are named `weights/…`, `statistics/…` and `adam/…`.
 */
export interface Checkpoint {
  readonly epoch: number;
  readonly step: number;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

type AnyNetwork = Pick<Network<never, unknown>, 'weights'>;

const WEIGHTS = 'weights/';
const STATISTICS = 'statistics/';
const ADAM = 'adam/';

export function takeCheckpoint(
  network: AnyNetwork,
  adam: Adam,
  at: { epoch: number; step: number },
): Checkpoint {
  const tensors = networkTensors(network.weights);
  for (const [key, values] of adam.state()) tensors.set(ADAM + key, { shape: [values.length], values });
  return { ...at, tensors };
}

/** @throws InputError where the checkpoint is of another network; nothing is changed then. */
export function restoreCheckpoint(network: AnyNetwork, adam: Adam, { tensors }: Checkpoint): void {
  const moments = new Map<string, Float32Array>();
  for (const [name, { values }] of tensors) {
    if (name.startsWith(ADAM)) moments.set(name.slice(ADAM.length), values);
  }
  checkMoments(network.weights, moments);
  assignAll(network.weights, tensors);
  adam.restore(moments);
}

export function checkpointToBytes({ epoch, step, tensors }: Checkpoint): Uint8Array {
  return toSafetensors({
    tensors,
    metadata: { format: 'consilium-checkpoint-1', epoch: `${epoch}`, step: `${step}` },
  });
}

export function checkpointFromBytes(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = fromSafetensors(bytes);
  const [epoch, step] = [Number(metadata.epoch), Number(metadata.step)];
  if (metadata.format !== 'consilium-checkpoint-1' || !Number.isInteger(epoch) || !Number.isInteger(step)) {
    throw new InputError(`not a checkpoint of a run: format '${metadata.format ?? 'unknown'}'`);
  }
  return { epoch, step, tensors };
}

/** Weights and moving statistics as a safetensors file: a trained network without its training's state. */
export function saveWeights(network: AnyNetwork): Uint8Array {
  return toSafetensors({
    tensors: networkTensors(network.weights),
    metadata: { format: 'consilium-weights-1' },
  });
}

/**
 * Fills a built network from `saveWeights`, or from a checkpoint, whose other tensors are passed over.
 * @throws InputError where a tensor is missing, unknown or of another shape; nothing is changed then.
 */
export function loadWeights(network: AnyNetwork, bytes: Uint8Array): void {
  assignAll(network.weights, fromSafetensors(bytes).tensors);
}

function networkTensors({ trainable, statistics }: Weights): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, variable] of trainable) tensors.set(WEIGHTS + name, copyOf(variable));
  for (const [name, variable] of statistics) tensors.set(STATISTICS + name, copyOf(variable));
  return tensors;
}

// A copy: some backends hand out the memory that they go on computing in.
const copyOf = (variable: tf.Variable): NamedTensor => ({
  shape: variable.shape,
  values: Float32Array.from(variable.dataSync<'float32'>()),
});

function assignAll(weights: Weights, tensors: ReadonlyMap<string, NamedTensor>): void {
  const wanted = new Map<string, tf.Variable>();
  for (const [name, variable] of weights.trainable) wanted.set(WEIGHTS + name, variable);
  for (const [name, variable] of weights.statistics) wanted.set(STATISTICS + name, variable);
  checkNames(wanted, tensors);
  for (const [name, variable] of wanted) checkShape(name, variable, tensors.get(name)!);
  for (const [name, variable] of wanted) {
    const { shape, values } = tensors.get(name)!;
    tf.tidy(() => variable.assign(tf.tensor(values.slice(), [...shape], 'float32')));
  }
}

function checkNames(wanted: ReadonlyMap<string, unknown>, given: ReadonlyMap<string, unknown>): void {
  const missing = [...wanted.keys()].filter((name) => !given.has(name));
  const unknown = [...given.keys()].filter((name) => !wanted.has(name) && !name.startsWith(ADAM));
  if (missing.length === 0 && unknown.length === 0) return;
  throw new InputError(
    `the stored weights are of another network: ${listed('missing', missing)}; ${listed('unknown', unknown)}`,
  );
}

function listed(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return `${names.length} ${what}${shown && ` (${shown}${names.length > 3 ? ', …' : ''})`}`;
}

function checkShape(name: string, variable: tf.Variable, { shape }: NamedTensor): void {
  if (shape.join() === variable.shape.join()) return;
  throw new InputError(
    `'${name}' has shape [${shape.join(', ')}], the network's has [${variable.shape.join(', ')}]`,
  );
}

function checkMoments(weights: Weights, moments: ReadonlyMap<string, Float32Array>): void {
  for (const [name, variable] of weights.trainable) {
    for (const key of [`${name}/m`, `${name}/v`]) {
      const length = moments.get(key)?.length;
      if (length === variable.size) continue;
      throw new InputError(
        `the checkpoint's '${ADAM}${key}' holds ${length ?? 'no'} values: expected ${variable.size}`,
      );
    }
  }
}
