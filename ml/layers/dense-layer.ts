import type * as tf from '@tensorflow/tfjs';
import { dense } from '../ops/dense.ts';
import { constant, glorotUniform } from './initializers.ts';
import type { Initializer, Weights } from './weights.ts';

export interface DenseOptions {
  readonly in: number;
  readonly out: number;
  readonly initializer?: Initializer;
}

/** Matrix product and bias on rows: [b, in] to [b, out]. */
export function denseLayer(weights: Weights, options: DenseOptions): (x: tf.Tensor2D) => tf.Tensor2D {
  const { in: input, out, initializer = glorotUniform() } = options;
  const matrix = weights.add('matrix', [input, out], initializer) as tf.Tensor2D;
  const bias = weights.add('bias', [out], constant(0)) as tf.Variable<tf.Rank.R1>;
  return (x) => dense(x, matrix, bias);
}

/** The same on every token: [b, n, in] to [b, n, out]. */
export function tokenDense(weights: Weights, options: DenseOptions): (tokens: tf.Tensor3D) => tf.Tensor3D {
  const layer = denseLayer(weights, options);
  return (tokens) => {
    const [batch, count, width] = tokens.shape;
    return layer(tokens.reshape([batch * count, width])).reshape([batch, count, options.out]);
  };
}

/** One logit an image: [b, in] to [b]. */
export function logitLayer(weights: Weights, input: number): (x: tf.Tensor2D) => tf.Tensor1D {
  const layer = denseLayer(weights, { in: input, out: 1 });
  return (x) => layer(x).reshape([x.shape[0]]);
}
