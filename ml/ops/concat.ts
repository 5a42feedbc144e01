import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { attribute, raw, rawMany } from './raw.ts';
import { choose } from './way.ts';

/** Maps side by side in their channels: each [b, h, w, ·] → [b, h, w, the sum of theirs]. */
export function concatChannels(maps: readonly tf.Tensor4D[]): tf.Tensor4D {
  return maps.reduce((left, right) => choose({ native: nativePair, plain: plainPair })(left, right));
}

const plainPair = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.concat([a, b], 3);

function nativePair(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const first = attribute.int('first', a.shape[3]);
  return differentiable(
    { a, b },
    () => raw('ConsiliumConcat', [], [a, b]),
    (dy) => {
      const [da, db] = rawMany('ConsiliumSplit', [first], [dy], 2);
      return { a: da, b: db };
    },
  ) as tf.Tensor4D;
}
