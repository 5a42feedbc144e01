import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { raw } from './raw.ts';
import { choose } from './way.ts';

// Scales of the authors' activation (paper.md, 3.1): they bring both halves near unit variance.
const FIRST = 0.67;
const SECOND = 0.6;

/** ExpG's activation, u = atan(x): concat(u / 0.67, u² / 0.6) on the last axis. x [..., c] → [..., 2c]. */
export function atanComposite<T extends tf.Tensor>(x: T): T {
  return differentiable(
    { x },
    (save) => {
      save([x]);
      return choose({
        native: () => raw('ConsiliumAtanComposite', [], [x]),
        plain: () => plainForward(x),
      })();
    },
    (dy, [saved]) => ({
      x: choose({
        native: () => raw('ConsiliumAtanCompositeGradient', [], [dy, saved]),
        plain: () => plainGradient(dy, saved),
      }),
    }),
  ) as T;
}

function plainForward(x: tf.Tensor): tf.Tensor {
  const u = tf.atan(x);
  return tf.concat([tf.div(u, FIRST), tf.div(tf.square(u), SECOND)], -1);
}

function plainGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [first, second] = tf.split(dy, 2, -1) as [tf.Tensor, tf.Tensor];
  const du = tf.add(tf.div(first, FIRST), tf.mul(second, tf.mul(tf.atan(x), 2 / SECOND)));
  return tf.div(du, tf.add(tf.square(x), 1));
}
