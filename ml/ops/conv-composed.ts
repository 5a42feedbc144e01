import * as tf from '@tensorflow/tfjs';
import type { ConvGeometry } from './conv-geometry.ts';

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

/** Puts stride − 1 zeros between the pixels. */
function spreadOut(dy: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const columns = tf.pad(dy.reshape([batch * height * width, channels]), [
    [0, 0],
    [0, (stride - 1) * channels],
  ]); // each pixel followed by its zeros
  const rows = columns.reshape([batch * height, width * stride * channels]);
  const all = tf.pad(rows, [
    [0, 0],
    [0, (stride - 1) * width * stride * channels],
  ]);
  const spread = all.reshape<tf.Tensor4D>([batch, height * stride, width * stride, channels]);
  return tf.slice(
    spread,
    [0, 0, 0, 0],
    [batch, (height - 1) * stride + 1, (width - 1) * stride + 1, channels],
  );
}

/** Pads where the number is positive, cuts where it is negative. */
function frame(
  x: tf.Tensor4D,
  [top, bottom, left, right]: readonly [number, number, number, number],
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cut = (before: number, after: number, size: number) =>
    size + Math.min(before, 0) + Math.min(after, 0);
  const begin: [number, number, number, number] = [0, Math.max(-top, 0), Math.max(-left, 0), 0];
  const inner = tf.slice(x, begin, [batch, cut(top, bottom, height), cut(left, right, width), channels]);
  return tf.pad4d(inner, [
    [0, 0],
    [Math.max(top, 0), Math.max(bottom, 0)],
    [Math.max(left, 0), Math.max(right, 0)],
    [0, 0],
  ]);
}
