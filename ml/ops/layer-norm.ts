import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { attribute, rawMany } from './raw.ts';
import { choose } from './way.ts';

/** Normalises the last axis to mean 0 and variance 1, then scale and offset [channels]. */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon = 1e-5,
): T {
  return choose({ native: nativeLayerNorm, plain: plainLayerNorm })(x, scale, offset, epsilon) as T;
}

function plainLayerNorm(x: tf.Tensor, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, scale), offset);
}

function nativeLayerNorm(x: tf.Tensor, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number): tf.Tensor {
  return differentiable(
    { x, scale, offset },
    (save) => {
      const attributes = [attribute.float('epsilon', epsilon)];
      const [y, mean, inverse] = rawMany('ConsiliumLayerNorm', attributes, [x, scale, offset], 3);
      save([x, scale, mean, inverse]);
      return y;
    },
    (dy, saved) => {
      const [dx, dscale, doffset] = rawMany('ConsiliumLayerNormGradient', [], [dy, ...saved], 3);
      return { x: dx, scale: dscale, offset: doffset };
    },
  );
}
