import * as tf from '@tensorflow/tfjs';
import { createRandom, type Random } from '../random.ts';

/** Draws the initial values of one weight from its own random stream. */
export type Initializer = (shape: readonly number[], random: Random) => Float32Array;

/**
 * The named weights of a network. Each weight's values come from a stream seeded by (seed, full name), so that
 * adding a layer does not change the others and equal seeds give equal bits.
 */
export interface Weights {
  /** Trainable weights by full name, in order of creation. */
  readonly trainable: ReadonlyMap<string, tf.Variable>;
  /** Moving statistics: stored with the network, not trained. */
  readonly statistics: ReadonlyMap<string, tf.Variable>;
  add(name: string, shape: readonly number[], initializer: Initializer): tf.Variable;
  addStatistic(name: string, shape: readonly number[], value: number): tf.Variable;
  /** A view whose names carry the prefix `name/`. */
  scope(name: string): Weights;
  dispose(): void;
}

export function createWeights(seed: number): Weights {
  const trainable = new Map<string, tf.Variable>();
  const statistics = new Map<string, tf.Variable>();

  const guard = (name: string): void => {
    if (trainable.has(name) || statistics.has(name)) throw new RangeError(`two weights are named '${name}'`);
  };
  // The variable's own name stays TensorFlow.js's: that register is global, while two networks may share names.
  const variable = (values: Float32Array, shape: readonly number[], train: boolean): tf.Variable =>
    tf.tidy(() => tf.variable(tf.tensor(values, [...shape], 'float32'), train));

  const view = (prefix: string): Weights => ({
    trainable,
    statistics,
    add(name, shape, initializer) {
      const full = prefix + name;
      guard(full);
      const made = variable(initializer(shape, createRandom(seed, full)), shape, true);
      trainable.set(full, made);
      return made;
    },
    addStatistic(name, shape, value) {
      const full = prefix + name;
      guard(full);
      const length = shape.reduce((product, n) => product * n, 1);
      const made = variable(new Float32Array(length).fill(value), shape, false);
      statistics.set(full, made);
      return made;
    },
    scope: (name) => view(`${prefix}${name}/`),
    dispose() {
      for (const made of [...trainable.values(), ...statistics.values()]) made.dispose();
      trainable.clear();
      statistics.clear();
    },
  });
  return view('');
}
