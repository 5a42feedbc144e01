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
export function denseLayer(
  weights: Weights,
  options: DenseOptions,
): <T extends tf.Tensor>(x: T, residual?: T) => T {
  const { in: input, out, initializer = glorotUniform(), bias = true } = options;
  const matrix = weights.add('matrix', [input, out], initializer) as tf.Tensor2D;
  const offset = bias ? (weights.add('bias', [out], constant(0)) as tf.Variable<tf.Rank.R1>) : undefined;
  return (x, residual) => dense(x, matrix, { bias: offset, residual });
}

export type TokenLayer = (tokens: tf.Tensor4D, residual?: tf.Tensor4D) => tf.Tensor4D;

/** The same on every token, plus the residual, where there is one: [b, rows, columns, in] to [b, rows, columns, out]. */
export function tokenDense(weights: Weights, options: DenseOptions): TokenLayer {
  return denseLayer(weights, options);
}

/** One logit an image: [b, in] to [b]. */
export function logitLayer(weights: Weights, input: number): (x: tf.Tensor2D) => tf.Tensor1D {
  const layer = denseLayer(weights, { in: input, out: 1 });
  return (x) => layer(x).reshape([x.shape[0]]);
}
