import type * as tf from '@tensorflow/tfjs';
import type { NamedArray } from '../tensor-file.ts';

/** One side by side case: our net with its inputs, and what the peer needs to build the same. */
export interface TrainingCase {
  /** Name of the net in bench/peers/training.py. */
  readonly net: string;
  readonly learningRate: number;
  /** Trained weights, by name. */
  readonly trainable: readonly string[];
  /** Weights and statistics by name, inputs as `input/<name>`. */
  readonly arrays: ReadonlyMap<string, NamedArray>;
  /** The net's outputs in training mode, before any step. */
  outputs(): Float32Array;
  /** Forward, backward and Adam; returns the loss. */
  step(): number;
  dispose(): void;
}

/** The current values of tensors, to be handed over. */
export function arraysOf(
  tensors: Iterable<readonly [string, tf.Tensor]>,
  prefix = '',
): (readonly [string, NamedArray])[] {
  return [...tensors].map(
    ([name, tensor]) =>
      [
        prefix + name,
        { shape: tensor.shape, values: Float32Array.from(tensor.dataSync<'float32'>()) },
      ] as const,
  );
}
