import type * as tf from '@tensorflow/tfjs';

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

export type BatchNormSettings = Required<Omit<BatchNormOptions, 'residual'>> &
  Pick<BatchNormOptions, 'residual'>;
