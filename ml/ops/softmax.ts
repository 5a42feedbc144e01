import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';

/** exp(x) / Σ exp(x) over one axis; stable for large values. */
export function softmax<T extends tf.Tensor>(x: T, axis = -1): T {
  const dim = axis < 0 ? axis + x.rank : axis;
  if (dim < 0 || dim >= x.rank) throw new RangeError(`softmax: no axis ${axis} in [${x.shape.join(', ')}]`);
  return differentiable(
    { x },
    (save) => {
      const y = dim === x.rank - 1 ? tf.softmax(x) : inner(x, dim);
      save([y]);
      return y;
    },
    (dy, [y]) => ({
      x: () => {
        const product = tf.mul(dy, y);
        return tf.sub(product, tf.mul(tf.sum(product, dim, true), y));
      },
    }),
  ) as T;
}

function inner(x: tf.Tensor, dim: number): tf.Tensor {
  const exponentials = tf.exp(tf.sub(x, tf.max(x, dim, true)));
  return tf.div(exponentials, tf.sum(exponentials, dim, true));
}
