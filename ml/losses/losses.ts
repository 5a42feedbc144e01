import type * as tf from '@tensorflow/tfjs';

/** The terms of a loss by name, each with its weight in it: what is minimised is their sum. */
export type Losses = Readonly<Record<string, tf.Scalar>>;

/** The sum of the terms, added in their order. */
export function totalOf(losses: Losses): tf.Scalar {
  return Object.values(losses).reduce((sum, term) => sum.add<tf.Scalar>(term));
}
