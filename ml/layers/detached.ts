import type * as tf from '@tensorflow/tfjs';
import { differentiable } from '../ops/op.ts';

/** The same values, through which no gradient passes: an operation that names no input. */
export function detached<T extends tf.Tensor>(x: T): T {
  return differentiable(
    {},
    () => x.clone(),
    () => ({}),
  ) as T;
}
