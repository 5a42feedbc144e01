import type * as tf from '@tensorflow/tfjs';
import { dense } from '../ops/dense.ts';
import { constant, glorotUniform } from './initializers.ts';
import type { Initializer, Weights } from './weights.ts';

export interface DenseOptions {
  readonly in: number;
  readonly out: number;
  readonly initializer?: Initializer;
  readonly bias?: boolean;
}

/** Matrix product and bias on the last axis: [..., in] to [..., out]. */
export function denseLayer(weights: Weights, options: DenseOptions): <T extends tf.Tensor>(x: T) => T {
  const { in: input, out, initializer = glorotUniform(), bias = true } = options;
  const matrix = weights.add('matrix', [input, out], initializer) as tf.Tensor2D;
  const offset = bias ? (weights.add('bias', [out], constant(0)) as tf.Variable<tf.Rank.R1>) : undefined;
  return (x) => dense(x, matrix, offset);
}

/** The same on every token: [b, n, in] to [b, n, out]. */
export function tokenDense(weights: Weights, options: DenseOptions): (tokens: tf.Tensor3D) => tf.Tensor3D {
  return denseLayer(weights, options);
}

/** One logit an image: [b, in] to [b]. */
export function logitLayer(weights: Weights, input: number): (x: tf.Tensor2D) => tf.Tensor1D {
  const layer = denseLayer(weights, { in: input, out: 1 });
  return (x) => layer(x).reshape([x.shape[0]]);
}
