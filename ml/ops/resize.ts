import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { attribute, FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/** Doubles height and width by repeating pixels: [batch, h, w, c] → [batch, 2h, 2w, c]. */
export function upsample2x(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, h, w, c] = x.shape;
  return differentiable(
    { x },
    () => tf.image.resizeNearestNeighbor(x, [2 * h, 2 * w]),
    // TensorFlow.js' own gradient is wrong on the cpu backend.
    (dy) => ({
      x: () => {
        const rows = tf.sum(dy.reshape([batch * h, 2, 2 * w * c]), 1);
        return tf.sum(rows.reshape([batch * h * w, 2, c]), 1).reshape([batch, h, w, c]);
      },
    }),
  ) as tf.Tensor4D;
}

/**
 * Bilinear interpolation, pixel centres at half coordinates (as OpenCV and PyTorch's align_corners = false):
 * [batch, h, w, c] → [batch, size[0], size[1], c].
 */
export function resizeBilinear(x: tf.Tensor4D, size: [number, number]): tf.Tensor4D {
  return choose({ raw: rawBilinear, plain: plainBilinear })(x, size);
}

const HALF_PIXELS = [
  FLOAT_T,
  attribute.bool('align_corners', false),
  attribute.bool('half_pixel_centers', true),
];

/** TensorFlow's kernels; TensorFlow.js forgets the half pixels in the gradient. */
function rawBilinear(x: tf.Tensor4D, size: [number, number]): tf.Tensor4D {
  return differentiable(
    { x },
    (save) => {
      save([x]);
      return raw('ResizeBilinear', HALF_PIXELS, [x, tf.tensor1d(size, 'int32')]);
    },
    (dy, [saved]) => ({ x: () => raw('ResizeBilinearGrad', HALF_PIXELS, [dy, saved]) }),
  ) as tf.Tensor4D;
}

/** A matrix product along each axis: right gradients on every backend. */
function plainBilinear(x: tf.Tensor4D, [height, width]: [number, number]): tf.Tensor4D {
  const [batch, h, w, channels] = x.shape;
  const rows = tf.matMul(interpolation(h, height), x.reshape<tf.Tensor3D>([batch, h, w * channels]));
  const columns = tf.matMul(interpolation(w, width), rows.reshape([batch * height, w, channels]));
  return columns.reshape([batch, height, width, channels]);
}

/** Row i holds the shares of the old pixels in the new pixel i: [to, from]. */
function interpolation(from: number, to: number): tf.Tensor {
  const shares = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const left = Math.floor(centre);
    shares[i * from + left] += 1 - (centre - left);
    if (left + 1 < from) shares[i * from + left + 1] += centre - left;
  }
  return tf.tensor2d(shares, [to, from]);
}
