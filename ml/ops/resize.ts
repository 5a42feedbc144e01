import * as tf from '@tensorflow/tfjs';

/** Doubles height and width by repeating pixels: [batch, h, w, c] → [batch, 2h, 2w, c]. */
export function upsample2x(x: tf.Tensor4D): tf.Tensor4D {
  return tf.image.resizeNearestNeighbor(x, [x.shape[1] * 2, x.shape[2] * 2]);
}

/** Bilinear interpolation between pixel centres: [batch, h, w, c] → [batch, size[0], size[1], c]. */
export function resizeBilinear(x: tf.Tensor4D, size: [number, number]): tf.Tensor4D {
  return tf.image.resizeBilinear(x, size, false, true);
}
