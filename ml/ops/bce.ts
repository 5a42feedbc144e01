import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { raw } from './raw.ts';
import { choose } from './way.ts';

/**
 * Binary cross-entropy of each logit with its (soft) target in [0, 1], without overflow:
 * max(z, 0) − z · t + log(1 + e^−|z|). Same shape as the logits.
 */
export function bceWithLogits<T extends tf.Tensor>(logits: T, targets: T): T {
  return differentiable(
    { logits, targets },
    (save) => {
      save([logits, targets]);
      return tf.add(
        tf.sub(tf.relu(logits), tf.mul(logits, targets)),
        tf.log1p(tf.exp(tf.neg(tf.abs(logits)))),
      );
    },
    (dy, [z, t]) => ({
      logits: () => tf.mul(dy, tf.sub(tf.sigmoid(z), t)),
      targets: () => tf.neg(tf.mul(dy, z)),
    }),
  ) as T;
}

/** Mean of `bceWithLogits` over all values, as one operation. */
export function meanBce(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  if (logits.shape.join() !== targets.shape.join()) {
    throw new RangeError(
      `meanBce: logits [${logits.shape.join(', ')}], targets [${targets.shape.join(', ')}]`,
    );
  }
  return choose({
    native: nativeMean,
    plain: (z: tf.Tensor, t: tf.Tensor) => tf.mean<tf.Scalar>(bceWithLogits(z, t)),
  })(logits, targets);
}

function nativeMean(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return differentiable(
    { logits, targets },
    (save) => {
      save([logits, targets]);
      return raw('ConsiliumBceMean', [], [logits, targets]);
    },
    (dy, [z, t]) => ({
      logits: () => raw('ConsiliumBceMeanGradient', [], [dy, z, t]),
      targets: () => tf.mul(z, tf.div(dy, -z.size)),
    }),
  ) as tf.Scalar;
}

/** Binary cross-entropy of probabilities with (soft) targets; probabilities are kept ε away from 0 and 1. */
export function bcePlain<T extends tf.Tensor>(probabilities: T, targets: T, epsilon = 1e-7): T {
  const p = tf.clipByValue(probabilities, epsilon, 1 - epsilon);
  const hit = tf.mul(targets, tf.log(p));
  const miss = tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p)));
  return tf.neg(tf.add(hit, miss)) as T;
}
