import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { convGeometry } from './conv-geometry.ts';
import { composed, depthwiseConv2d } from './depthwise-conv.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

const cases: [string, [number, number], number][] = [
  ['stride 1', [5, 4], 1],
  ['stride 2 on even sizes', [6, 4], 2],
  ['stride 2 on odd sizes', [5, 7], 2],
];
const op = (stride: number) => (x: tf.Tensor, filter: tf.Tensor) =>
  depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride });
const inputs = ([h, w]: [number, number]): [tf.Tensor4D, tf.Tensor4D] => [
  randomTensor<tf.Tensor4D>('x', [2, h, w, 3]),
  randomTensor<tf.Tensor4D>('filter', [3, 3, 3, 1]),
];

test.each(cases)('with %s it has the gradients of finite differences', (_, size, stride) => {
  expectRight(op(stride), inputs(size));
  expectNoLeak(op(stride), inputs(size));
});

test.each(cases)('with %s the composed gradients equal those of the op', (_, size, stride) => {
  const [x, filter] = inputs(size);
  const g = convGeometry(x.shape, [3, 3, 3, 3], { stride });
  const dy = randomTensor<tf.Tensor4D>('dy', g.outShape);
  const [dx, dfilter] = tf.grads(op(stride))([x, filter], dy);
  // Sums of up to 40 products of unit size in float32.
  expect(largestDifference(composed.input(dy, filter, g), dx)).toBeLessThan(1e-4);
  expect(largestDifference(composed.filter(x, dy, g), dfilter)).toBeLessThan(1e-4);
});

test('channels do not mix', () => {
  const x = tf.tensor4d([1, 10, 2, 20], [1, 1, 2, 2]);
  const filter = tf.tensor4d([0, 0, 1, 2, 1, 0], [1, 3, 2, 1]); // second channel: twice itself; first: plus its right neighbour
  expect([...depthwiseConv2d(x, filter).dataSync()]).toEqual([3, 20, 2, 40]);
});
