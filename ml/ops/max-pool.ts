import * as tf from '@tensorflow/tfjs';
import { convGeometry, type ConvGeometry } from './conv-geometry.ts';
import { frame, spreadOut } from './frame.ts';
import { differentiable } from './op.ts';
import { attribute, raw } from './raw.ts';
import { choose } from './way.ts';

/** Largest value of each window: x [batch, h, w, channels] → [batch, ⌈h / stride⌉, ⌈w / stride⌉, channels]. */
export function maxPool(x: tf.Tensor4D, { size, stride }: { size: number; stride: number }): tf.Tensor4D {
  const channels = x.shape[3];
  const g = convGeometry(x.shape, [size, size, channels, channels], { stride });
  const gradient = choose<MaxPoolGradient>({
    native: nativeGradient,
    // The wasm backend's own gradient is wrong.
    plain: tf.getBackend() === 'wasm' ? composedGradient : plainGradient,
  });
  return differentiable(
    { x },
    (save) => {
      const y = tf.maxPool(x, size, stride, 'same');
      save([x, y]);
      return y;
    },
    (dy, saved) => ({ x: () => gradient(dy as tf.Tensor4D, saved as [tf.Tensor4D, tf.Tensor4D], g) }),
  ) as tf.Tensor4D;
}

type MaxPoolGradient = (
  dy: tf.Tensor4D,
  saved: [x: tf.Tensor4D, y: tf.Tensor4D],
  geometry: ConvGeometry,
) => tf.Tensor;

function nativeGradient(dy: tf.Tensor4D, [x, y]: [tf.Tensor4D, tf.Tensor4D], g: ConvGeometry): tf.Tensor {
  const attributes = [
    attribute.int('size', g.filterShape[0]),
    attribute.int('stride', g.stride),
    attribute.int('top', g.pads[0]),
    attribute.int('left', g.pads[2]),
  ];
  return raw('ConsiliumMaxPoolGradient', attributes, [dy, x, y]);
}

function plainGradient(dy: tf.Tensor4D, [x, y]: [tf.Tensor4D, tf.Tensor4D], g: ConvGeometry): tf.Tensor {
  const { filterShape, stride } = g;
  const attributes = { filterSize: [filterShape[0], filterShape[1]], strides: [stride, stride], pad: 'same' };
  return tf.engine().runKernel<tf.Tensor>('MaxPoolGrad', { dy, input: x, output: y }, attributes);
}

/** Place by place of the window: where the place holds the maximum it takes dy, the first place that does. */
function composedGradient(dy: tf.Tensor4D, [x, y]: [tf.Tensor4D, tf.Tensor4D], g: ConvGeometry): tf.Tensor4D {
  const [, height, width] = g.outShape;
  const [top, bottom, left, right] = g.pads;
  const framed = frame(x, g.pads, -Infinity);
  let open: tf.Tensor4D = tf.onesLike(dy);
  let sum: tf.Tensor4D = tf.zerosLike(framed);
  for (let place = 0; place < g.filterShape[0] * g.filterShape[1]; place++) {
    const [row, column] = [Math.floor(place / g.filterShape[1]), place % g.filterShape[1]];
    const end = [row + (height - 1) * g.stride + 1, column + (width - 1) * g.stride + 1];
    const values = tf.stridedSlice(
      framed,
      [0, row, column, 0],
      [x.shape[0], end[0], end[1], x.shape[3]],
      [1, g.stride, g.stride, 1],
    );
    const taken = tf.mul(tf.cast(tf.equal(values, y), 'float32'), open);
    open = tf.sub(open, taken);
    const spread = spreadOut(tf.mul(taken, dy), g.stride);
    sum = tf.add(sum, frame(spread, [row, framed.shape[1] - end[0], column, framed.shape[2] - end[1]]));
  }
  return frame(sum, [-top, -bottom, -left, -right]);
}
