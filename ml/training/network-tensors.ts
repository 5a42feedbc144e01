import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../layers/weights.ts';
import type { NamedTensor, Tensors } from './safetensors.ts';
import { InputError } from '../errors.ts';

const WEIGHTS = 'weights/';
const STATISTICS = 'statistics/';

/** Copies of weights and moving statistics, by `weights/…` and `statistics/…`. */
export function tensorsOf(weights: Weights): Map<string, NamedTensor> {
  return new Map([...variablesOf(weights)].map(([name, variable]) => [name, copyOf(variable)]));
}

// A copy: some backends hand out the memory that they go on computing in.
const copyOf = (variable: tf.Variable): NamedTensor => ({
  shape: variable.shape,
  values: Float32Array.from(variable.dataSync<'float32'>()),
});

/** All weights and statistics by their stored names, `weights/…` and `statistics/…`. */
export function variablesOf({ trainable, statistics }: Weights): Map<string, tf.Variable> {
  const named = new Map<string, tf.Variable>();
  for (const [name, variable] of trainable) named.set(WEIGHTS + name, variable);
  for (const [name, variable] of statistics) named.set(STATISTICS + name, variable);
  return named;
}

/** The assignment of all weights and statistics, after everything is checked. */
export function assignment(weights: Weights, tensors: Tensors): () => void {
  const wanted = variablesOf(weights);
  checkNames(wanted, tensors);
  for (const [name, variable] of wanted) checkShape(name, variable, tensors.get(name)!);
  return () => {
    for (const [name, variable] of wanted) {
      const { shape, values } = tensors.get(name)!;
      tf.tidy(() => variable.assign(tf.tensor(values.slice(), [...shape], 'float32')));
    }
  };
}

const ofNetwork = (name: string): boolean => name.startsWith(WEIGHTS) || name.startsWith(STATISTICS);

function checkNames(wanted: ReadonlyMap<string, unknown>, given: Tensors): void {
  const missing = [...wanted.keys()].filter((name) => !given.has(name));
  const unknown = [...given.keys()].filter((name) => !wanted.has(name) && ofNetwork(name));
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
