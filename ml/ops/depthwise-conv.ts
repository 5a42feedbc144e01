import * as tf from '@tensorflow/tfjs';
import { convGeometry, type ConvGeometry } from './conv-geometry.ts';
import { frame, spreadOut } from './frame.ts';
import { differentiable } from './op.ts';

/** Each channel convolved with a filter of its own: x [batch, h, w, c], filter [k, k, c, 1], padding 'same'. */
export function depthwiseConv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { stride = 1 }: { stride?: number } = {},
): tf.Tensor4D {
  const [k0, k1, channels] = filter.shape;
  const g = convGeometry(x.shape, [k0, k1, channels, channels], { stride });
  // The wasm backend has no kernels for the gradients.
  const gradients = tf.getBackend() === 'wasm' ? composed : kernels;
  return differentiable(
    { x, filter },
    (save) => {
      save([x, filter]);
      return tf.depthwiseConv2d(x, filter, stride, 'same');
    },
    (dy, saved) => {
      const [input, weights, above] = [...saved, dy] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      return {
        x: () => gradients.input(above, weights, g),
        filter: () => gradients.filter(input, above, g),
      };
    },
  ) as tf.Tensor4D;
}

interface DepthwiseGradients {
  input(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D;
  filter(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D;
}

const kernels: DepthwiseGradients = {
  input: (dy, filter, g) =>
    kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attributes(g), inputShape: g.inShape }),
  filter: (x, dy, g) =>
    kernel(
      'DepthwiseConv2dNativeBackpropFilter',
      { x, dy },
      { ...attributes(g), filterShape: filterShape(g) },
    ),
};

/** Made of other operations, place by place of the filter. */
export const composed: DepthwiseGradients = {
  input(dy, filter, g) {
    const spread = places(g).map(([row, column]) => {
      const weights = filter.slice([row, column, 0, 0], [1, 1, -1, 1]).reshape([1, 1, 1, g.inShape[3]]);
      const far = spreadOut(dy.mul(weights), g.stride);
      const [, height, width] = framedShape(g);
      return frame(far, [row, height - row - far.shape[1], column, width - column - far.shape[2]]);
    });
    const [top, bottom, left, right] = g.pads;
    return frame(tf.addN(spread), [-top, -bottom, -left, -right]);
  },
  filter(x, dy, g) {
    const framed = frame(x, g.pads);
    const [batch, height, width, channels] = g.outShape;
    const sums = places(g).map(([row, column]) => {
      const end = [row + (height - 1) * g.stride + 1, column + (width - 1) * g.stride + 1];
      const seen = tf.stridedSlice(
        framed,
        [0, row, column, 0],
        [batch, end[0], end[1], channels],
        [1, g.stride, g.stride, 1],
      );
      return seen.mul(dy).sum([0, 1, 2]);
    });
    return tf.stack(sums).reshape(filterShape(g));
  },
};

/** Rows and columns of the filter, row by row. */
const places = ({ filterShape: [k0, k1] }: ConvGeometry): [number, number][] =>
  Array.from({ length: k0 * k1 }, (_, i) => [Math.floor(i / k1), i % k1]);

const filterShape = ({ filterShape: [k0, k1, channels] }: ConvGeometry): tf.Tensor4D['shape'] => [
  k0,
  k1,
  channels,
  1,
];

function framedShape({ inShape, pads }: ConvGeometry): number[] {
  return [inShape[0], inShape[1] + pads[0] + pads[1], inShape[2] + pads[2] + pads[3]];
}

const attributes = ({ stride }: ConvGeometry) => ({
  strides: [stride, stride],
  pad: 'same',
  dilations: [1, 1],
  dimRoundingMode: undefined,
});

function kernel(name: string, inputs: tf.NamedTensorMap, settings: object): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(name, inputs, settings as never);
}
