import type * as tf from '@tensorflow/tfjs';

/**
 * Mean over squares of `factor` pixels: [b, h, w, c] to [b, h/factor, w/factor, c]. Unlike bilinear resizing, which
 * at a factor of two reads every second pixel, every pixel counts and receives a gradient. Two plain means, since
 * not every backend has the gradient of average pooling.
 */
export function averagePool(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (height % factor || width % factor) {
    throw new RangeError(`a ${height} × ${width} map does not divide into squares of ${factor} pixels`);
  }
  const [rows, columns] = [height / factor, width / factor];
  const byRow = x.reshape([batch * rows, factor, width * channels]).mean(1);
  return byRow
    .reshape([batch * rows * columns, factor, channels])
    .mean(1)
    .reshape([batch, rows, columns, channels]);
}
