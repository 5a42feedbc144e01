import type * as tf from '@tensorflow/tfjs';

export type BatchNormOptions = Settings & (Training | Frozen);

export interface Training {
  /** Normalises by the batch's statistics and updates the moving ones. */
  readonly training: boolean;
  readonly movingMean: tf.Variable; // [channels]
  readonly movingVariance: tf.Variable; // [channels]
}

interface Frozen {
  /** Normalises by the moving statistics. */
  readonly training: false;
  readonly movingMean: tf.Tensor; // [channels]
  readonly movingVariance: tf.Tensor; // [channels]
}

interface Settings {
  readonly scale: tf.Tensor1D; // [channels]
  readonly offset: tf.Tensor1D; // [channels]
  /** Share of the old moving statistics that stays. */
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly activation?: 'relu' | 'none';
  /** Added before the activation: [batch, h, w, channels]. */
  readonly residual?: tf.Tensor4D;
}

export type BatchNormSettings = Required<Omit<Settings, 'residual'>> &
  Pick<Settings, 'residual'> &
  (Training | Frozen);
