import * as tf from '@tensorflow/tfjs';

/** Largest value of each window: x [batch, h, w, channels] → [batch, ⌈h / stride⌉, ⌈w / stride⌉, channels]. */
export function maxPool(x: tf.Tensor4D, { size, stride }: { size: number; stride: number }): tf.Tensor4D {
  return tf.maxPool(x, size, stride, 'same');
}
