import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { raw } from './raw.ts';
import { choose } from './way.ts';

/** 1 / (1 + e^−x), value by value. */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  return differentiable(
    { x },
    (save) => {
      const y = choose({ native: () => raw('ConsiliumSigmoid', [], [x]), plain: () => tf.sigmoid(x) })();
      save([y]);
      return y;
    },
    (dy, [y]) => ({
      x: choose({
        native: () => raw('ConsiliumSigmoidGradient', [], [dy, y]),
        plain: () => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
      }),
    }),
  ) as T;
}
