import * as tf from '@tensorflow/tfjs';

/** Draws the initial values of one weight from its own random stream. */
export type Initializer = (shape: readonly number[], random: () => number) => Float32Array;

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
