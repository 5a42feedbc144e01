import type * as tf from '@tensorflow/tfjs';

/** Updates the weights that it was made for; one call updates them all. */
export interface Optimiser {
  /** A weight without a gradient stays as it is. */
  step(gradients: tf.NamedTensorMap): void;
  /** All that a resumed run needs, by name. */
  state(): Map<string, Float32Array>;
  /** @throws RangeError where the state lacks a name. */
  restore(state: ReadonlyMap<string, Float32Array>): void;
  setLearningRate(rate: number): void;
  dispose(): void;
}
