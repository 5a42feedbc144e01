import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { raw } from './raw.ts';
import { choose } from './way.ts';

/** x · Φ(x), Φ the normal distribution (the exact form, by erf). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return differentiable(
    { x },
    (save) => {
      save([x]);
      return choose({
        native: () => raw('ConsiliumGelu', [], [x]),
        plain: () => tf.mul(x, cumulative(x)),
      })();
    },
    (dy, [saved]) => ({
      x: choose({
        native: () => raw('ConsiliumGeluGradient', [], [dy, saved]),
        plain: () => tf.mul(dy, tf.add(cumulative(saved), tf.mul(saved, density(saved)))),
      }),
    }),
  ) as T;
}

const cumulative = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
const density = (x: tf.Tensor) => tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
