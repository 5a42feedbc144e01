import * as tf from '@tensorflow/tfjs';
import { nativeBatchNorm } from './batch-norm-native.ts';
import type { BatchNormOptions, BatchNormSettings, Training } from './batch-norm-options.ts';
import { rawBatchNorm } from './batch-norm-raw.ts';
import { shaderBatchNorm } from './batch-norm-shader.ts';
import { relu } from './relu.ts';
import { choose } from './way.ts';

export type { BatchNormOptions } from './batch-norm-options.ts';

/**
 * activation(scale · (x − mean) / √(variance + ε) + offset + residual) for x [batch, h, w, channels]
 * (Ioffe and Szegedy, ICML 2015). The moving variance takes the unbiased estimate, n / (n − 1) times the batch's.
 */
export function batchNorm(x: tf.Tensor4D, options: BatchNormOptions): tf.Tensor4D {
  const settings = batchNormSettings(x.shape, options);
  const ways = { native: nativeBatchNorm, raw: rawBatchNorm, shader: shaderBatchNorm, plain: plainBatchNorm };
  return choose(ways)(x, settings);
}

/** The options with their defaults, checked against the shape of what is normalised. */
export function batchNormSettings(shape: readonly number[], options: BatchNormOptions): BatchNormSettings {
  const settings: BatchNormSettings = { momentum: 0.9, epsilon: 1e-5, activation: 'none', ...options };
  const { scale, residual } = settings;
  if (scale.size !== shape[3]) {
    throw new RangeError(`batchNorm: ${scale.size} scales for the channels of [${shape.join(', ')}]`);
  }
  if (residual && residual.shape.join() !== shape.join()) {
    throw new RangeError(`batchNorm: residual [${residual.shape.join(', ')}] for x [${shape.join(', ')}]`);
  }
  return settings;
}

function plainBatchNorm(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor4D {
  const { scale, offset, movingMean, movingVariance, training, epsilon, activation, residual } = settings;
  const { mean, variance } = training
    ? tf.moments(x, [0, 1, 2])
    : { mean: movingMean as tf.Tensor, variance: movingVariance as tf.Tensor };
  if (settings.training) updateMoving(settings, mean, variance, x.size / x.shape[3]);
  const rate = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  const normal = tf.add(tf.mul(tf.sub(x, mean), rate), offset);
  const sum = residual ? tf.add(normal, residual) : normal;
  return (activation === 'relu' ? relu(sum) : sum) as tf.Tensor4D;
}

function updateMoving(
  settings: BatchNormSettings & Training,
  mean: tf.Tensor,
  variance: tf.Tensor,
  n: number,
): void {
  const { movingMean, movingVariance, momentum } = settings;
  const blend = (old: tf.Variable, now: tf.Tensor, factor: number) =>
    tf.tidy(() => old.assign(tf.add(tf.mul(old, momentum), tf.mul(now, factor))));
  blend(movingMean, mean, 1 - momentum);
  blend(movingVariance, variance, ((1 - momentum) * n) / Math.max(1, n - 1));
}
