import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';

export interface BatchNormOptions {
  readonly scale: tf.Tensor1D; // [channels]
  readonly offset: tf.Tensor1D; // [channels]
  readonly movingMean: tf.Variable; // [channels]
  readonly movingVariance: tf.Variable; // [channels]
  /** True: normalise by the batch's statistics and update the moving ones; false: by the moving ones (frozen). */
  readonly training: boolean;
  /** Share of the old moving statistics that stays. */
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly activation?: 'relu' | 'none';
  /** Added before the activation: [batch, h, w, channels]. */
  readonly residual?: tf.Tensor4D;
}

/** activation(scale · (x − mean) / √(variance + ε) + offset + residual) for x [batch, h, w, channels]. */
export function batchNorm(x: tf.Tensor4D, options: BatchNormOptions): tf.Tensor4D {
  const { scale, offset, movingMean, movingVariance, training, momentum = 0.9, epsilon = 1e-5 } = options;
  const { activation = 'none', residual } = options;
  let mean: tf.Tensor = movingMean;
  let variance: tf.Tensor = movingVariance;
  if (training) {
    const moments = tf.moments(x, [0, 1, 2]);
    mean = moments.mean;
    variance = moments.variance;
    const n = x.size / x.shape[3];
    tf.tidy(() => {
      movingMean.assign(tf.add(tf.mul(movingMean, momentum), tf.mul(mean, 1 - momentum)));
      const unbiased = tf.mul(variance, ((1 - momentum) * n) / Math.max(1, n - 1));
      movingVariance.assign(tf.add(tf.mul(movingVariance, momentum), unbiased));
    });
  }
  const rate = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  let y: tf.Tensor = tf.add(tf.mul(tf.sub(x, mean), rate), offset);
  if (residual) y = tf.add(y, residual);
  return (activation === 'relu' ? relu(y) : y) as tf.Tensor4D;
}

/** relu whose gradient is one selection. */
export function relu<T extends tf.Tensor>(x: T): T {
  return differentiable(
    { x },
    (save) => {
      const y = tf.relu(x);
      save([y]);
      return y;
    },
    (dy, [y]) => ({ x: () => tf.mul(dy, tf.step(y!)) }),
  ) as T;
}
