import * as tf from '@tensorflow/tfjs';

/** Mean over the pixels: [batch, h, w, channels] → [batch, channels]. */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
