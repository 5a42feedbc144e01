import * as tf from '@tensorflow/tfjs';
import { batchedMatMul } from './batched-mat-mul.ts';

/** From where to where along one axis, in pixels of the map, image by image; may reach beyond the map. */
export interface Span {
  readonly from: tf.Tensor1D; // [b]
  readonly to: tf.Tensor1D; // [b]
}

/**
 * A rectangle of its own of each map, enlarged or shrunk to `size` by bilinear interpolation between pixel centres; zero
 * beyond the map. A matrix product along each axis: tf.image.cropAndResize has no gradient.
 * x [b, h, w, c] → [b, size[0], size[1], c], differentiable in x, not in the spans
 */
export function crop(
  x: tf.Tensor4D,
  rows: Span,
  columns: Span,
  size: readonly [number, number],
): tf.Tensor4D {
  const [height, width] = size;
  return alongRows(alongRows(x, rows, height).transpose([0, 2, 1, 3]), columns, width).transpose([
    0, 2, 1, 3,
  ]);
}

/** [b, n, w, c] → [b, to, w, c] */
function alongRows(x: tf.Tensor4D, span: Span, to: number): tf.Tensor4D {
  const [batch, from, width, channels] = x.shape;
  const shares = interpolation(span, from, to);
  return batchedMatMul(shares, x.reshape([batch, from, width * channels])).reshape([
    batch,
    to,
    width,
    channels,
  ]);
}

/** Row i of each matrix holds the shares of the old pixels in the new pixel i: [b, to, from]. */
function interpolation({ from: start, to: end }: Span, from: number, to: number): tf.Tensor3D {
  const places = tf.range(0, to).add(0.5).div(to).reshape([1, to, 1]);
  const [first, length] = [start, end.sub(start)].map((values) => values.reshape([-1, 1, 1]));
  const centres = first.add(length.mul(places)).sub(0.5); // [b, to, 1]
  const distance = centres.sub(tf.range(0, from).reshape([1, 1, from])).abs();
  return tf.sub<tf.Tensor3D>(1, distance).relu();
}
