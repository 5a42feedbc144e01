import * as tf from '@tensorflow/tfjs';

/** x [rows, in] · w [in, out] + bias [out]. */
export function dense(x: tf.Tensor2D, w: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, w);
  return bias ? tf.add(product, bias) : product;
}
