import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { add, addConstant } from './add.ts';
import { attention } from './attention.ts';
import { batchedMatMul } from './batched-mat-mul.ts';
import { bcePlain, bceWithLogits, meanBce } from './bce.ts';
import { addBias } from './bias.ts';
import { concatChannels } from './concat.ts';
import { dense } from './dense.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { gelu } from './gelu.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { layerNorm } from './layer-norm.ts';
import { multiply } from './multiply.ts';
import { resizeBilinear, upsample2x } from './resize.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

type T1 = tf.Tensor1D;
type T2 = tf.Tensor2D;
type T3 = tf.Tensor3D;
type T4 = tf.Tensor4D;
type Case = [string, (...x: tf.Tensor[]) => tf.Tensor, number[][]];

const cases: Case[] = [
  ['dense', (x, w, b) => dense(x as T2, w as T2, { bias: b as T1 }), [[3, 4], [4, 2], [2]]],
  ['dense on tokens', (x, w, b) => dense(x as T3, w as T2, { bias: b as T1 }), [[2, 3, 4], [4, 2], [2]]],
  [
    'dense with a residual',
    (x, w, b, r) => dense(x as T3, w as T2, { bias: b as T1, residual: r }),
    [[2, 3, 4], [4, 2], [2], [2, 3, 2]],
  ],
  [
    'add',
    (a, b) => add(a, b),
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
  ],
  ['addConstant', (x) => addConstant(x, tf.ones([3, 4])), [[2, 3, 4]]],
  ['addBias', (x, b) => addBias(x, b as T1), [[2, 3, 4], [4]]],
  ['sigmoid', (x) => sigmoid(x), [[3, 5]]],
  [
    'concatChannels',
    (a, b, c) => concatChannels([a, b, c] as T4[]),
    [
      [2, 3, 2, 1],
      [2, 3, 2, 3],
      [2, 3, 2, 2],
    ],
  ],
  [
    'multiply',
    (a, b) => multiply(a, b),
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
  ],
  [
    'multiply, one side spread over channels',
    (a, b) => multiply(a, b),
    [
      [2, 3, 4],
      [2, 3, 1],
    ],
  ],
  [
    'multiply, one side spread over places',
    (a, b) => multiply(a, b),
    [
      [2, 1, 4],
      [2, 3, 4],
    ],
  ],
  ['spaceToDepth', (x) => spaceToDepth(x as T4, 2), [[2, 4, 6, 3]]],
  ['depthToSpace', (x) => depthToSpace(x as T4, 2), [[2, 2, 3, 12]]],
  [
    'dense without bias',
    (x, w) => dense(x as T3, w as T2),
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  [
    'batchedMatMul',
    (a, b) => batchedMatMul(a as T3, b as T3),
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
  ],
  [
    'batchedMatMul of aᵀ',
    (a, b) => batchedMatMul(a as T3, b as T3, { transposeA: true }),
    [
      [2, 4, 3],
      [2, 4, 2],
    ],
  ],
  [
    'batchedMatMul by bᵀ',
    (a, b) => batchedMatMul(a as T3, b as T3, { transposeB: true }),
    [
      [2, 3, 4],
      [2, 2, 4],
    ],
  ],
  [
    'batchedMatMul of aᵀ by bᵀ',
    (a, b) => batchedMatMul(a as T3, b as T3, { transposeA: true, transposeB: true }),
    [
      [2, 4, 3],
      [2, 2, 4],
    ],
  ],
  ['upsample2x', (x) => upsample2x(x as T4), [[2, 2, 3, 2]]],
  ['resizeBilinear to a larger size', (x) => resizeBilinear(x as T4, [5, 7]), [[1, 3, 4, 2]]],
  ['resizeBilinear to a smaller size', (x) => resizeBilinear(x as T4, [2, 3]), [[1, 5, 4, 2]]],
  ['globalAveragePool', (x) => globalAveragePool(x as T4), [[2, 3, 2, 2]]],
  ['softmax over the last axis', (x) => softmax(x), [[2, 3, 4]]],
  ['softmax over an inner axis', (x) => softmax(x, 1), [[2, 3, 4]]],
  ['gelu', (x) => gelu(x), [[3, 5]]],
  ['layerNorm', (x, s, o) => layerNorm(x, s as T1, o as T1), [[2, 3, 4], [4], [4]]],
  [
    'attention with one head',
    (q, k, v) => attention(q as T3, k as T3, v as T3),
    [
      [2, 3, 4],
      [2, 2, 4],
      [2, 2, 3],
    ],
  ],
  [
    'attention with two heads',
    (q, k, v) => attention(q as T3, k as T3, v as T3, { heads: 2 }),
    [
      [2, 3, 4],
      [2, 2, 4],
      [2, 2, 6],
    ],
  ],
  [
    'bceWithLogits',
    (z, t) => bceWithLogits(z, t),
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'meanBce',
    (z, t) => meanBce(z, t),
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'bcePlain',
    (z, t) => bcePlain(tf.sigmoid(z), t),
    [
      [3, 4],
      [3, 4],
    ],
  ],
];

test.each(cases)(
  '%s has the gradients of finite differences, by every way, and leaks nothing',
  (name, op, shapes) => {
    const inputs = shapes.map((shape, i) => randomTensor(`${name}-${i}`, shape));
    expectRight(op, inputs);
    expectNoLeak(op, inputs);
  },
);

test('softmax stays finite for large values and sums to one', () => {
  const y = softmax(tf.tensor2d([1000, 0, -1000, 5, 5, 5], [2, 3]), 1).dataSync();
  expect([...y]).toEqual([
    1,
    0,
    0,
    expect.closeTo(1 / 3, 6),
    expect.closeTo(1 / 3, 6),
    expect.closeTo(1 / 3, 6),
  ]);
});

test('softmax refuses an axis that is not there', () => {
  expect(() => softmax(tf.zeros([2, 2]), 2)).toThrow('no axis 2 in [2, 2]');
});

test('bceWithLogits equals the worked values and stays finite at ±100', () => {
  const loss = bceWithLogits(
    tf.tensor1d([0, 100, -100, 100, 2]),
    tf.tensor1d([0.3, 1, 0, 0, 0.5]),
  ).dataSync();
  const expected = [
    Math.LN2,
    0,
    0,
    100,
    0.5 * Math.log(1 + Math.exp(-2)) + 0.5 * (2 + Math.log(1 + Math.exp(-2))),
  ];
  expected.forEach((value, i) => expect(loss[i]).toBeCloseTo(value, 5));
});

test('gelu equals x · Φ(x) of the normal table', () => {
  const y = gelu(tf.tensor1d([0, 1, -2])).dataSync(); // Φ(1) = 0.8413447, Φ(−2) = 0.0227501
  [0, 0.8413447, -0.0455003].forEach((value, i) => expect(y[i]).toBeCloseTo(value, 6));
});

test('attention refuses widths that the heads do not divide', () => {
  const x = tf.zeros<tf.Rank.R3>([1, 2, 6]);
  expect(() => attention(x, x, x, { heads: 4 })).toThrow('widths 6 and 6 do not divide into 4 heads');
});

test('attention with equal keys returns the mean of the values', () => {
  const v = tf.tensor3d([1, 10, 3, 30], [1, 2, 2]);
  const y = attention(tf.ones([1, 1, 2]), tf.ones([1, 2, 2]), v);
  expect([...y.dataSync()]).toEqual([2, 20]);
});

test('the ways agree on sizes that fill every panel of our own products, threads and remainders', () => {
  const shapes = { x: [3, 211, 70], w: [70, 83], b: [83] };
  const inputs = Object.entries(shapes).map(([key, shape]) => randomTensor(key, shape));
  const run = () => {
    const f = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => dense(x as T3, w as T2, { bias: b as T1 });
    return [f(inputs[0], inputs[1], inputs[2]), ...tf.grads(f)(inputs, randomTensor('dy', [3, 211, 83]))];
  };
  const plain = withWay('plain', run);
  for (const way of availableWays()) {
    // Sums of up to 633 products of unit size in float32.
    withWay(way, run).forEach((tensor, i) => expect(largestDifference(tensor, plain[i])).toBeLessThan(6e-4));
  }
});

test('attention of many tokens and wide heads agrees between the ways', () => {
  const inputs = [
    [2, 45, 96],
    [2, 37, 96],
    [2, 37, 160],
  ].map((shape, i) => randomTensor(`wide-${i}`, shape));
  const f = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => attention(q as T3, k as T3, v as T3, { heads: 4 });
  const run = () => tf.grads(f)(inputs, randomTensor('dy', [2, 45, 160]));
  const plain = withWay('plain', run);
  for (const way of availableWays()) {
    withWay(way, run).forEach((tensor, i) => expect(largestDifference(tensor, plain[i])).toBeLessThan(1e-4));
  }
});

test('meanBce is the mean of bceWithLogits, by every way, near and far from zero', () => {
  const z = tf.concat1d([tf.linspace(-100, 100, 1501), tf.linspace(-1, 1, 1500)]);
  const t = tf.linspace(0, 1, 3001);
  const each = withWay('plain', () => bceWithLogits(z, t).dataSync<'float32'>());
  const mean = each.reduce((sum, value) => sum + value, 0) / each.length;
  for (const way of availableWays()) {
    // A mean near 12 in float32.
    expect(Math.abs(withWay(way, () => meanBce(z, t).dataSync()[0]) - mean)).toBeLessThan(1e-5 * mean);
  }
  expect(() => meanBce(z, t.reshape([1, -1]))).toThrow('logits [3001], targets [1, 3001]');
});

test.each([1, 3, 64, 100])(
  'addBias with %d channels adds the same to all pixels that threads share',
  (channels) => {
    const x = randomTensor('pixels', [3, 61, 67, channels]);
    const bias = randomTensor<T1>('bias', [channels]);
    const expected = tf.add(x, bias).dataSync();
    for (const way of availableWays())
      expect([way, withWay(way, () => addBias(x, bias)).dataSync()]).toEqual([way, expected]);
  },
);
