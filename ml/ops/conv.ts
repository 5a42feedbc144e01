import * as tf from '@tensorflow/tfjs';
import { concatChannels } from './concat.ts';
import { composedFilterGradient, composedInputGradient } from './conv-composed.ts';
import { convGeometry, isProduct, type ConvGeometry, type ConvOptions } from './conv-geometry.ts';
import { differentiable } from './op.ts';
import { matrixProduct } from './product.ts';
import { attribute, FLOAT_T, raw, type Attribute } from './raw.ts';
import { choose } from './way.ts';

/** A map [b, h, w, in], or several side by side in their channels, which sum up to `in`. */
export type Maps = tf.Tensor4D | readonly tf.Tensor4D[];

/**
 * Convolution of x [batch, h, w, in] with a filter [k, k, in, out]. Of several maps side by side each has a gradient of its
 * own, computed only where it is wanted: the mask's beside an image that wants none.
 */
export function conv2d(x: Maps, filter: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  const maps = x instanceof tf.Tensor ? [x] : x;
  const [batch, height, width] = maps[0].shape;
  const channels = maps.map(({ shape }) => shape[3]);
  const g = convGeometry([batch, height, width, sum(channels)], filter.shape, options);
  return differentiable(
    { ...byIndex(maps), filter },
    (save) => {
      const joined = concatChannels(maps);
      save([joined, filter]);
      return convForward(joined, filter, g);
    },
    (dy, [joined, saved]) => ({
      ...byIndex(
        channels.map((count, k) => () => {
          const from = sum(channels.slice(0, k));
          return mapGradient(dy as tf.Tensor4D, saved as tf.Tensor4D, g, { from, count });
        }),
      ),
      filter: () => convFilterGradient(joined as tf.Tensor4D, dy as tf.Tensor4D, g),
    }),
  ) as tf.Tensor4D;
}

/** Inputs of an operation have names; those of a list their index. */
const byIndex = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.entries());

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** dL/dx of some of the input's channels: what the filter's rows of those channels ask of them. */
function mapGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  g: ConvGeometry,
  { from, count }: { readonly from: number; readonly count: number },
): tf.Tensor4D {
  const [k, , all, out] = g.filterShape;
  if (count === all) return convInputGradient(dy, filter, g);
  const [batch, height, width] = g.inShape;
  const part = {
    ...g,
    inShape: [batch, height, width, count],
    filterShape: [k, k, count, out],
  } as ConvGeometry;
  return convInputGradient(dy, tf.slice(filter, [0, 0, from, 0], [k, k, count, out]), part);
}

type Compute = (one: tf.Tensor4D, other: tf.Tensor4D, g: ConvGeometry) => tf.Tensor4D;

/** [batch, h', w', out] */
export function convForward(x: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const native = isSmall(g) ? nativeForward : undefined;
  return choose<Compute>({ native, raw: rawForward, plain: plainForward })(x, filter, g);
}

/** dL/dx from dL/dy. [batch, h, w, in] */
export function convInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const native = isSmall(g) || g.inShape[3] <= FEW ? nativeInputGradient : undefined;
  return choose<Compute>({ native, raw: rawInputGradient, plain: plainInputGradient })(dy, filter, g);
}

/** dL/dfilter from dL/dy. [k, k, in, out] */
export function convFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const native = isSmall(g) ? nativeFilterGradient : undefined;
  return choose<Compute>({ native, raw: rawFilterGradient, plain: plainFilterGradient })(x, dy, g);
}

/**
 * Up to this many multiplications our own kernels (ml/native/conv.cc) are ahead of oneDNN, whose set-up costs more
 * than the work: up to six times with few channels, even at the limit (measured on two cores with AVX-512).
 */
const SMALL = 2e7;

/**
 * With so few channels the input's gradient is ours at any size: as fast at 64×64, two to five times as fast at 256×256
 * (7×7 filter, 64 channels out), where oneDNN pads them to eight.
 */
const FEW = 5;

/** Whether the work is so small that our own kernels are ahead. */
export function isSmall({ outShape, filterShape }: ConvGeometry): boolean {
  const [batch, height, width, out] = outShape;
  return batch * height * width * out * filterShape[0] * filterShape[1] * filterShape[2] < SMALL;
}

function nativeForward(x: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  return raw('ConsiliumConv', [movementAttribute(g, g.outShape)], [x, filter]) as tf.Tensor4D;
}

function nativeInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  return raw('ConsiliumConvInputGradient', [movementAttribute(g, g.inShape)], [dy, filter]) as tf.Tensor4D;
}

function nativeFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  const [height, width] = g.filterShape;
  const movement = movementAttribute(g, [0, height, width, 0]);
  return raw('ConsiliumConvFilterGradient', [movement], [x, dy]) as tf.Tensor4D;
}

function rawForward(x: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) return matrixProduct(pixels(x), matrix(filter)).reshape(g.outShape);
  return raw('Conv2D', convAttributes(g), [x, filter]) as tf.Tensor4D;
}

function rawInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) {
    return matrixProduct(pixels(dy), matrix(filter), { transposeB: true }).reshape(g.inShape);
  }
  const size = tf.tensor1d(g.inShape, 'int32');
  return raw('Conv2DBackpropInput', convAttributes(g), [size, filter, dy]) as tf.Tensor4D;
}

function rawFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) {
    return matrixProduct(pixels(x), pixels(dy), { transposeA: true }).reshape(g.filterShape);
  }
  const size = tf.tensor1d(g.filterShape, 'int32');
  return raw('Conv2DBackpropFilter', convAttributes(g), [x, size, dy]) as tf.Tensor4D;
}

/** How the filter moves, as the kernels read it; of the result [batch, h, w, channels] they know batch and channels. */
export function movementAttribute(g: ConvGeometry, [, height, width]: readonly number[]): Attribute {
  return attribute.ints('movement', [g.stride, g.dilation, g.pads[0], g.pads[2], height, width]);
}

function plainForward(x: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) return tf.matMul(pixels(x), matrix(filter)).reshape(g.outShape);
  if (typeof g.padding !== 'number') return tf.conv2d(x, filter, g.stride, g.padding, 'NHWC', g.dilation);
  const [top, bottom, left, right] = g.pads; // not every backend pads by a number
  const framed = tf.pad4d(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  return tf.conv2d(framed, filter, g.stride, 'valid', 'NHWC', g.dilation);
}

function plainInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) return tf.matMul(pixels(dy), matrix(filter), false, true).reshape(g.inShape);
  if (needsComposing(g)) return composedInputGradient(dy, filter, g);
  return kernel('Conv2DBackpropInput', { dy, filter }, { ...plainAttributes(g), inputShape: g.inShape });
}

function plainFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, g: ConvGeometry): tf.Tensor4D {
  if (isProduct(g)) return tf.matMul(pixels(x), pixels(dy), true, false).reshape(g.filterShape);
  if (needsComposing(g)) return composedFilterGradient(x, dy, g);
  return kernel('Conv2DBackpropFilter', { x, dy }, { ...plainAttributes(g), filterShape: g.filterShape });
}

function needsComposing(g: ConvGeometry): boolean {
  return tf.getBackend() === 'wasm' || g.dilation > 1 || typeof g.padding === 'number';
}

function kernel(name: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(name, inputs, attributes as never);
}

function plainAttributes(g: ConvGeometry) {
  return { strides: [g.stride, g.stride], pad: g.padding, dataFormat: 'NHWC', dimRoundingMode: undefined };
}

function convAttributes(g: ConvGeometry) {
  const [top, bottom, left, right] = g.pads;
  const explicit = typeof g.padding === 'number';
  const padding = explicit ? 'EXPLICIT' : g.padding.toString().toUpperCase();
  return [
    FLOAT_T,
    attribute.ints('strides', [1, g.stride, g.stride, 1]),
    attribute.string('padding', padding),
    attribute.string('data_format', 'NHWC'),
    attribute.ints('dilations', [1, g.dilation, g.dilation, 1]),
    attribute.bool('use_cudnn_on_gpu', true),
    ...(explicit ? [attribute.ints('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])] : []),
  ];
}

/** [batch · h · w, channels] */
const pixels = (x: tf.Tensor4D) => x.reshape<tf.Tensor2D>([-1, x.shape[3]]);
/** [in, out] of a filter of one pixel. */
const matrix = (filter: tf.Tensor4D) => filter.reshape<tf.Tensor2D>([filter.shape[2], filter.shape[3]]);
