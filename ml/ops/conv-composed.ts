import * as tf from '@tensorflow/tfjs';
import type { ConvGeometry } from './conv-geometry.ts';
import { frame, spreadOut } from './frame.ts';

// Gradients of a convolution made of forward convolutions, for backends without kernels for them (wasm) and for
// dilated filters, whose gradients TensorFlow.js does not have.

/** dL/dx: the output's gradient, spread out by the stride, convolved with the turned filter. [batch, h, w, in] */
export function composedInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const [, height, width] = g.inShape;
  const [k0, k1] = g.filterShape;
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]); // [k, k, out, in]
  const spread = spreadOut(dy, g.stride);
  const top = (k0 - 1) * g.dilation - g.pads[0];
  const left = (k1 - 1) * g.dilation - g.pads[2];
  const bottom = height + (k0 - 1) * g.dilation - top - spread.shape[1];
  const right = width + (k1 - 1) * g.dilation - left - spread.shape[2];
  const framed = frame(spread, [top, bottom, left, right]);
  return tf.conv2d(framed, turned, 1, 'valid', 'NHWC', g.dilation);
}

/** dL/dfilter: the input convolved with the output's gradient, batch and channels changing places. [k, k, in, out] */
export function composedFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const [k0, k1, , outs] = g.filterShape;
  const framed = frame(x, g.pads);
  const images = tf.transpose(framed, [3, 1, 2, 0]); // [in, h, w, batch]
  const filters = tf.transpose(dy, [1, 2, 0, 3]); // [h', w', batch, out]
  // The stride becomes a dilation; the filter's dilation becomes a stride.
  const all = tf.conv2d(images, filters, g.dilation, 'valid', 'NHWC', g.stride); // [in, ≥k, ≥k, out]
  const cut = tf.slice(all, [0, 0, 0, 0], [g.inShape[3], k0, k1, outs]);
  return tf.transpose(cut, [1, 2, 0, 3]);
}
