import * as tf from '@tensorflow/tfjs';
import { differentiable, same } from './op.ts';
import { FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/**
 * Sum of two tensors of equal shape. TensorFlow.js' own gradient reshapes both sides, needed or not, which in networks
 * of many small operations costs as much as the sums.
 */
export function add<T extends tf.Tensor>(a: T, b: T): T {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`add: shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] differ`);
  }
  return differentiable(
    { a, b },
    () => sum(a, b),
    (dy) => ({ a: same(dy), b: same(dy) }),
  ) as T;
}

/** x [batch, ...] plus a constant [...], the same for each of the batch; no gradient goes to the constant. */
export function addConstant<T extends tf.Tensor>(x: T, constant: tf.Tensor): T {
  if (x.shape.slice(1).join() !== constant.shape.join()) {
    throw new RangeError(
      `addConstant: [${constant.shape.join(', ')}] does not fit x [${x.shape.join(', ')}] but for its batch`,
    );
  }
  return differentiable(
    { x },
    () => sum(x, constant),
    (dy) => ({ x: same(dy) }),
  ) as T;
}

function sum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return choose({ native: nativeSum, raw: rawSum, plain: tf.add })(a, b);
}

/** Sum of a tensor and another whose values are repeated over it: of equal shape, or of the shape of its last axes. */
export const nativeSum = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => raw('ConsiliumAdd', [], [a, b]);

const rawSum = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => raw('AddV2', [FLOAT_T], [a, b]);
