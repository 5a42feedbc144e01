import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/**
 * Product of two tensors of equal rank; where a side has length 1 along an axis, it counts for all of the other's
 * places there. TensorFlow.js' own gradient casts and reshapes both sides, needed or not.
 */
export function multiply<T extends tf.Tensor>(a: T, b: T): T {
  if (a.rank !== b.rank || a.shape.some((n, axis) => n !== b.shape[axis] && n !== 1 && b.shape[axis] !== 1)) {
    throw new RangeError(`multiply: shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit`);
  }
  return differentiable(
    { a, b },
    (save) => {
      save([a, b]);
      return product(a, b);
    },
    (dy, [left, right]) => ({
      a: () => sumTo(product(dy, right), left.shape),
      b: () => sumTo(product(dy, left), right.shape),
    }),
  ) as T;
}

function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return choose({ raw: rawProduct, plain: tf.mul })(a, b);
}

const rawProduct = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => raw('Mul', [FLOAT_T], [a, b]);

/** Sums over the axes along which the shape has length 1. */
function sumTo(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = shape.flatMap((length, axis) => (length === x.shape[axis] ? [] : [axis]));
  return axes.length === 0 ? x : tf.sum(x, axes, true);
}
