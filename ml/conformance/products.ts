import * as tf from '@tensorflow/tfjs';
import { attention } from '../ops/attention.ts';
import { batchNorm } from '../ops/batch-norm.ts';
import { meanBce } from '../ops/bce.ts';
import { conv2d } from '../ops/conv.ts';
import { convGeometry, type ConvOptions } from '../ops/conv-geometry.ts';
import { dense } from '../ops/dense.ts';
import { depthwiseConv2d } from '../ops/depthwise-conv.ts';
import { gelu } from '../ops/gelu.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import { maxPool } from '../ops/max-pool.ts';
import { resizeBilinear, upsample2x } from '../ops/resize.ts';
import type { Case } from './check.ts';
import {
  build,
  convolve,
  convolveEach,
  get,
  map,
  mean,
  pool,
  product,
  reduce,
  sum,
  transpose,
  zip,
  type Doubles,
} from './doubles.ts';
import { TOLERANCE } from './tolerances.ts';

/** Both sides small, wide, long inside, not divisible by four, batched, of one row. */
const MATRICES: { readonly a: number[]; readonly b: number[] }[] = [
  { a: [7, 5], b: [5, 9] },
  { a: [64, 48], b: [48, 32] },
  { a: [65, 47], b: [47, 33] },
  { a: [20, 2100], b: [2100, 12] },
  { a: [1, 300], b: [300, 40] },
  { a: [130, 20], b: [20, 130] },
  { a: [3, 33, 19], b: [3, 19, 21] },
  { a: [2, 3, 8, 16], b: [2, 3, 16, 12] },
];
const swapped = (shape: number[]): number[] => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
const turned = (x: Doubles): Doubles => {
  const axes = x.shape.map((_, k) => k);
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
};

const matrixCases = MATRICES.flatMap(({ a, b }) =>
  [
    [false, false],
    [true, false],
    [false, true],
  ].map(([turnA, turnB]): Case => ({
    name: `matMul [${a.join()}] [${b.join()}]${turnA ? ', the first turned' : turnB ? ', the second turned' : ''}`,
    inputs: [{ shape: turnA ? swapped(a) : a }, { shape: turnB ? swapped(b) : b }],
    op: (x, y) => tf.matMul(x, y, turnA, turnB),
    truth: (x, y) => product(turnA ? turned(x) : x, turnB ? turned(y) : y),
    gradient: a.length < 4,
    tolerance: TOLERANCE.sum,
  })),
);

interface Conv extends ConvOptions {
  readonly x: [number, number, number, number];
  readonly k: number;
  readonly out: number;
}

const CONVS: Conv[] = [
  { x: [2, 9, 8, 3], k: 3, out: 16 },
  { x: [2, 9, 8, 4], k: 3, out: 5 },
  { x: [2, 17, 16, 8], k: 3, out: 12, stride: 2 },
  { x: [2, 9, 8, 8], k: 1, out: 12 },
  { x: [2, 9, 8, 8], k: 1, out: 12, stride: 2, padding: 'valid' },
  { x: [1, 21, 20, 3], k: 7, out: 8, stride: 2 },
  { x: [2, 9, 9, 4], k: 3, out: 8, padding: 'valid' },
  { x: [2, 9, 9, 4], k: 3, out: 8, dilation: 2 },
  { x: [2, 9, 9, 4], k: 3, out: 8, padding: 1, stride: 2 },
  { x: [2, 32, 32, 4], k: 3, out: 40 },
  { x: [1, 1, 1, 8], k: 3, out: 4 },
];

const convCases = CONVS.map(({ x, k, out, ...options }): Case => {
  const g = convGeometry(x, [k, k, x[3], out], options);
  const [, height, width] = g.outShape;
  return {
    name: `conv2d [${x.join()}] ${k}×${k} → ${out} ${JSON.stringify(options)}`,
    inputs: [{ shape: x }, { shape: [k, k, x[3], out] }],
    op: (image, filter) => conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, options),
    truth: (image, filter) =>
      convolve(image, filter, {
        stride: g.stride,
        dilation: g.dilation,
        pads: [g.pads[0], g.pads[2]],
        size: [height, width],
      }),
    gradient: true,
    tolerance: TOLERANCE.sum,
  };
});

const depthwiseCases = [
  { k: 3, stride: 1 },
  { k: 3, stride: 2 },
  { k: 5, stride: 1 },
].map(({ k, stride }): Case => {
  const g = convGeometry([2, 12, 11, 8], [k, k, 8, 8], { stride });
  return {
    name: `depthwiseConv2d ${k}×${k}, stride ${stride}`,
    inputs: [{ shape: [2, 12, 11, 8] }, { shape: [k, k, 8, 1] }],
    op: (x, filter) => depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride }),
    truth: (x, filter) =>
      convolveEach(x, filter, { stride, pads: [g.pads[0], g.pads[2]], size: [g.outShape[1], g.outShape[2]] }),
    gradient: true,
    tolerance: TOLERANCE.sum,
  };
});

const poolCases = [
  { size: 2, stride: 2 },
  { size: 3, stride: 2 },
].map(({ size, stride }): Case => {
  const g = convGeometry([2, 12, 11, 6], [size, size, 6, 6], { stride });
  return {
    name: `maxPool ${size}×${size}, stride ${stride}`,
    inputs: [{ shape: [2, 12, 11, 6] }],
    op: (x) => maxPool(x as tf.Tensor4D, { size, stride }),
    truth: (x) =>
      pool(
        x,
        size,
        { stride, pads: [g.pads[0], g.pads[2]], size: [g.outShape[1], g.outShape[2]] },
        (values) => Math.max(...values),
      ),
    gradient: true,
    tolerance: TOLERANCE.sum,
  };
});

/** Axis by axis; pixel centres at half coordinates. */
function bilinear(x: Doubles, [height, width]: [number, number]): Doubles {
  const shares = (from: number, to: number): Doubles =>
    build([to, from], ([i, j]) => {
      const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
      return Math.max(0, 1 - Math.abs(centre - j));
    });
  const [rows, columns] = [shares(x.shape[1], height), shares(x.shape[2], width)];
  return build([x.shape[0], height, width, x.shape[3]], ([b, i, j, c]) => {
    let total = 0;
    for (let y = 0; y < x.shape[1]; y++) {
      for (let z = 0; z < x.shape[2]; z++)
        total += get(rows, [i, y]) * get(columns, [j, z]) * get(x, [b, y, z, c]);
    }
    return total;
  });
}

const normalise = (x: Doubles, axes: number[], epsilon: number): Doubles => {
  const keep = (y: Doubles): Doubles => ({
    ...y,
    shape: x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
  });
  const centre = keep(reduce(x, axes, mean));
  const centred = zip(x, centre, (a, b) => a - b);
  const variance = keep(reduce(centred, axes, (values) => mean(values.map((value) => value * value))));
  return zip(centred, variance, (a, v) => a / Math.sqrt(v + epsilon));
};

const plus = (a: number, b: number): number => a + b;
const times = (a: number, b: number): number => a * b;

const normCases: Case[] = [true, false].map((residual): Case => ({
  name: `batchNorm in training, relu${residual ? ' and residual' : ''}`,
  inputs: [
    { shape: [3, 6, 5, 8] },
    { shape: [8], from: 0.5, to: 1.5 },
    { shape: [8] },
    ...(residual ? [{ shape: [3, 6, 5, 8] }] : []),
  ],
  op: (x, scale, offset, rest) =>
    batchNorm(x as tf.Tensor4D, {
      scale: scale as tf.Tensor1D,
      offset: offset as tf.Tensor1D,
      movingMean: tf.variable(tf.zeros([8]), false),
      movingVariance: tf.variable(tf.ones([8]), false),
      training: true,
      activation: 'relu',
      residual: rest as tf.Tensor4D | undefined,
    }),
  truth: (x, scale, offset, rest) => {
    const normal = zip(zip(normalise(x, [0, 1, 2], 1e-5), scale, times), offset, plus);
    return map(rest ? zip(normal, rest, plus) : normal, (a) => Math.max(a, 0));
  },
  gradient: true,
  tolerance: TOLERANCE.composed,
}));

const rows = (x: Doubles): Doubles => ({
  shape: [x.values.length / x.shape.at(-1)!, x.shape.at(-1)!],
  values: x.values,
});

function softmaxRows(x: Doubles): Doubles {
  const flat = rows(x);
  const totals = reduce(flat, [1], (values) => sum(values.map(Math.exp)));
  return {
    shape: x.shape,
    values: build(flat.shape, ([i, j]) => Math.exp(get(flat, [i, j])) / get(totals, [i])).values,
  };
}

function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 * total) / Math.sqrt(Math.PI);
}

const composedCases: Case[] = [
  {
    name: 'dense',
    inputs: [{ shape: [5, 9, 24] }, { shape: [24, 17] }, { shape: [17] }],
    op: (x, w, bias) => dense(x, w as tf.Tensor2D, { bias: bias as tf.Tensor1D }),
    truth: (x, w, bias) => zip(product(x, w), bias, plus),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
  {
    name: 'layerNorm',
    inputs: [{ shape: [5, 9, 24] }, { shape: [24], from: 0.5, to: 1.5 }, { shape: [24] }],
    op: (x, scale, offset) => layerNorm(x, scale as tf.Tensor1D, offset as tf.Tensor1D),
    truth: (x, scale, offset) => zip(zip(normalise(x, [2], 1e-5), scale, times), offset, plus),
    gradient: true,
    tolerance: TOLERANCE.composed,
  },
  {
    name: 'gelu',
    inputs: [{ shape: [40, 31], from: -4, to: 4 }],
    op: (x) => gelu(x),
    truth: (x) => map(x, (a) => (a * (1 + erf(a / Math.SQRT2))) / 2),
    gradient: true,
    tolerance: TOLERANCE.function,
  },
  {
    name: 'attention, two heads',
    inputs: [{ shape: [2, 9, 8] }, { shape: [2, 7, 8] }, { shape: [2, 7, 6] }],
    op: (q, k, v) => attention(q, k, v, { heads: 2 }),
    truth: (q, k, v) => {
      const head = (x: Doubles, h: number): Doubles => {
        const width = x.shape[2] / 2;
        return build([x.shape[0], x.shape[1], width], ([b, i, j]) => get(x, [b, i, h * width + j]));
      };
      const parts = [0, 1].map((h) => {
        const scaled = map(product(head(q, h), turned(head(k, h))), (a) => a / 2);
        return product(softmaxRows(scaled), head(v, h));
      });
      return build([2, 9, 6], ([b, i, j]) => get(parts[Math.floor(j / 3)], [b, i, j % 3]));
    },
    gradient: true,
    tolerance: TOLERANCE.composed,
  },
  {
    name: 'meanBce',
    inputs: [
      { shape: [40, 31], from: -9, to: 9 },
      { shape: [40, 31], from: 0, to: 1 },
    ],
    op: (z, t) => meanBce(z, t),
    truth: (z, t) => ({
      shape: [],
      values: Float64Array.of(
        mean([...zip(z, t, (a, b) => Math.max(a, 0) - a * b + Math.log1p(Math.exp(-Math.abs(a)))).values]),
      ),
    }),
    gradient: true,
    tolerance: TOLERANCE.function,
  },
  {
    name: 'resizeBilinear up',
    inputs: [{ shape: [2, 5, 6, 4] }],
    op: (x) => resizeBilinear(x as tf.Tensor4D, [12, 15]),
    truth: (x) => bilinear(x, [12, 15]),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
  {
    name: 'upsample2x',
    inputs: [{ shape: [2, 9, 8, 5] }],
    op: (x) => upsample2x(x as tf.Tensor4D),
    truth: (x) => build([2, 18, 16, 5], ([b, i, j, c]) => get(x, [b, i >> 1, j >> 1, c])),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
];

export const products: readonly Case[] = [
  ...matrixCases,
  ...convCases,
  ...depthwiseCases,
  ...poolCases,
  ...normCases,
  ...composedCases,
];
