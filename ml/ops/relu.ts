import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/** max(x, 0). */
export function relu<T extends tf.Tensor>(x: T): T {
  return differentiable(
    { x },
    (save) => {
      const y = tf.relu(x);
      save([y]);
      return y;
    },
    (dy, [y]) => ({ x: () => reluGradient(dy, y) }),
  ) as T;
}

/** dy where the output y is positive, else 0. */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return choose({ raw: rawGradient, plain: plainGradient })(dy, y);
}

const rawGradient = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor => raw('ReluGrad', [FLOAT_T], [dy, y]);
const plainGradient = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.mul(dy, tf.step(y));
