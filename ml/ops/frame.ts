import * as tf from '@tensorflow/tfjs';

/** Puts stride − 1 zeros between the pixels. */
export function spreadOut(dy: tf.Tensor4D, stride: number): tf.Tensor4D {
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

/** Pads (with `value`) where the number is positive, cuts where it is negative. */
export function frame(
  x: tf.Tensor4D,
  [top, bottom, left, right]: readonly [number, number, number, number],
  value = 0,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cut = (before: number, after: number, size: number) =>
    size + Math.min(before, 0) + Math.min(after, 0);
  const begin: [number, number, number, number] = [0, Math.max(-top, 0), Math.max(-left, 0), 0];
  const inner = tf.slice(x, begin, [batch, cut(top, bottom, height), cut(left, right, width), channels]);
  return tf.pad4d(
    inner,
    [
      [0, 0],
      [Math.max(top, 0), Math.max(bottom, 0)],
      [Math.max(left, 0), Math.max(right, 0)],
      [0, 0],
    ],
    value,
  );
}
