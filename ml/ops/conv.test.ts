import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { conv2d } from './conv.ts';
import { composedFilterGradient, composedInputGradient } from './conv-composed.ts';
import { convGeometry, type ConvOptions } from './conv-geometry.ts';
import { convTranspose2d } from './conv-transpose.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

const cases: [string, [number, number], number, ConvOptions][] = [
  ['a 3×3 filter', [5, 4], 3, {}],
  ['a 3×3 filter of stride 2 on even sizes', [6, 4], 3, { stride: 2 }],
  ['a 3×3 filter of stride 2 on odd sizes', [5, 7], 3, { stride: 2 }],
  ['a 7×7 filter of stride 2', [6, 6], 7, { stride: 2 }],
  ['a 1×1 filter (a matrix product)', [3, 4], 1, {}],
  ['a 1×1 filter of stride 2', [4, 5], 1, { stride: 2 }],
  ['a dilated filter', [6, 5], 3, { dilation: 2 }],
  ['no padding', [5, 6], 3, { padding: 'valid' }],
  ['padding by a number and stride 2', [6, 5], 3, { padding: 1, stride: 2 }],
];

test.each(cases)('conv2d with %s has the gradients of finite differences', (_, [h, w], k, options) => {
  const x = randomTensor<tf.Tensor4D>('x', [2, h, w, 2]);
  const filter = randomTensor<tf.Tensor4D>('filter', [k, k, 2, 3]);
  expectRight((a, b) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options), [x, filter]);
  expectNoLeak((a, b) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options), [x, filter]);
});

test.each(cases)(
  'conv2d with %s of maps side by side is that of their channels in one map',
  (_, [h, w], k, options) => {
    const maps = [1, 3, 2].map((channels, i) => randomTensor<tf.Tensor4D>(`map-${i}`, [2, h, w, channels]));
    const filter = randomTensor<tf.Tensor4D>('filter', [k, k, 6, 3]);
    const apart = (...x: tf.Tensor[]) => conv2d(x.slice(0, 3) as tf.Tensor4D[], x[3] as tf.Tensor4D, options);
    expectRight(apart, [...maps, filter]);
    expectNoLeak(apart, [...maps, filter]);
    const together = conv2d(tf.concat(maps, 3), filter, options);
    expect(largestDifference(apart(...maps, filter), together)).toBeLessThan(1e-5);
  },
);

test('of maps side by side, only those that want a gradient cost one', async () => {
  const [image, mask] = [3, 2].map((channels) =>
    randomTensor<tf.Tensor4D>(`${channels}`, [1, 4, 4, channels]),
  );
  const filter = randomTensor<tf.Tensor4D>('filter', [3, 3, 5, 3]);
  const dy = randomTensor('dy', [1, 4, 4, 3]);
  const kernels = async (f: () => unknown) => {
    const { kernels: all } = await tf.profile(() => withWay('plain', f as () => tf.Tensor));
    return all.length;
  };
  const one = await kernels(() => tf.grad((x) => conv2d([image, x as tf.Tensor4D], filter))(mask, dy));
  const both = await kernels(() =>
    tf.grads((x, y) => conv2d([x, y] as tf.Tensor4D[], filter))([image, mask], dy),
  );
  expect(one).toBeLessThan(both);
});

test('conv2d gives the values worked out by hand', () => {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const filter = tf.tensor4d([1, 0, 0, -1], [2, 2, 1, 1]); // upper left minus lower right
  expect([...conv2d(x, filter, { padding: 'valid' }).dataSync()]).toEqual([-4, -4, -4, -4]);
  // 'same' pads an even filter at the end only.
  expect([...conv2d(x, filter).dataSync()]).toEqual([-4, -4, 3, -4, -4, 6, 7, 8, 9]);
});

test.each(cases)('the composed gradients with %s equal those of the op', (_, [h, w], k, options) => {
  const x = randomTensor<tf.Tensor4D>('x', [2, h, w, 2]);
  const filter = randomTensor<tf.Tensor4D>('filter', [k, k, 2, 3]);
  const g = convGeometry(x.shape, filter.shape, options);
  const dy = randomTensor<tf.Tensor4D>('dy', g.outShape);
  const op = (a: tf.Tensor, b: tf.Tensor) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options);
  const [dx, dfilter] = tf.grads(op)([x, filter], dy);
  // Sums of up to 98 products of unit size in float32.
  expect(largestDifference(composedInputGradient(dy, filter, g), dx)).toBeLessThan(1e-4);
  expect(largestDifference(composedFilterGradient(x, dy, g), dfilter)).toBeLessThan(1e-4);
});

test('conv2d computes no gradient that nobody asked for', async () => {
  const x = randomTensor<tf.Tensor4D>('x', [1, 4, 4, 2]);
  const filter = randomTensor<tf.Tensor4D>('filter', [3, 3, 2, 3]);
  const dy = randomTensor('dy', [1, 4, 4, 3]);
  const kernels = async (f: () => tf.Tensor) => (await tf.profile(() => withWay('plain', f))).kernels.length;
  const one = await kernels(() => tf.grad((v) => conv2d(v as tf.Tensor4D, filter))(x, dy));
  const both = await kernels(
    () => tf.grads((v, w) => conv2d(v as tf.Tensor4D, w as tf.Tensor4D))([x, filter], dy)[0],
  );
  expect(one).toBeLessThan(both);
});

test('conv2d names both shapes when the channels differ', () => {
  const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 2]);
  expect(() => conv2d(x, tf.zeros<tf.Rank.R4>([3, 3, 5, 3]))).toThrow(
    '[1, 4, 4, 2] has not the channels of the filter [3, 3, 5, 3]',
  );
});

test.each([
  [2, 2],
  [2, 3],
  [2, 4],
  [4, 4],
])(
  'convTranspose2d of stride %d with a %d-pixel filter has the gradients of finite differences',
  (stride, k) => {
    const x = randomTensor<tf.Tensor4D>('x', [2, 3, 2, 3]);
    const filter = randomTensor<tf.Tensor4D>('filter', [k, k, 2, 3]);
    const op = (a: tf.Tensor, b: tf.Tensor) =>
      convTranspose2d(a as tf.Tensor4D, b as tf.Tensor4D, { stride });
    expect(op(x, filter).shape).toEqual([2, 3 * stride, 2 * stride, 2]);
    expectRight(op, [x, filter]);
    expectNoLeak(op, [x, filter]);
  },
);

test('convTranspose2d of stride 2 with a 2×2 filter paints the filter at each pixel', () => {
  const x = tf.tensor4d([1, 10], [1, 1, 2, 1]);
  const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
  expect([...convTranspose2d(x, filter, { stride: 2 }).dataSync()]).toEqual([1, 2, 10, 20, 3, 4, 30, 40]);
});

test.each([
  [3, 1, 8],
  [3, 2, 9],
  [1, 2, 7],
  [7, 2, 10],
])('conv2d with many channels, a filter of %d and stride %d agrees between the ways', (k, stride, size) => {
  const inputs = [randomTensor('many-x', [2, size, size, 17]), randomTensor('many-filter', [k, k, 17, 70])];
  const f = (x: tf.Tensor, filter: tf.Tensor) => conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride });
  const run = () => [
    f(inputs[0], inputs[1]),
    ...tf.grads(f)(inputs, randomTensor('many-dy', f(inputs[0], inputs[1]).shape)),
  ];
  const plain = withWay('plain', run);
  for (const way of availableWays()) {
    // Sums of up to 833 (values), 3,430 (inputs) and 128 (filters) products of unit size in float32.
    withWay(way, run).forEach((tensor, i) => expect(largestDifference(tensor, plain[i])).toBeLessThan(2e-3));
  }
});
