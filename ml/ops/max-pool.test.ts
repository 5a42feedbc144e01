import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { joinRelu } from './join-relu.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

/** Distinct values, 0.1 apart and away from 0, in a scrambled order: a step of 0.01 never changes which is largest. */
function distinct(shape: [number, number, number, number]): tf.Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, (_, i) => (((i * 37) % size) - size / 2 + 0.5) / 10);
  return tf.tensor4d(values, shape);
}

test.each([
  [3, 2],
  [2, 2],
])('maxPool of size %d and stride %d has the gradients of finite differences', (size, stride) => {
  const x = distinct([2, 5, 4, 2]);
  const op = (a: tf.Tensor) => maxPool(a as tf.Tensor4D, { size, stride });
  expect(op(x).shape).toEqual([2, 3, 2, 2]);
  expectRight(op, [x]);
  expectNoLeak(op, [x]);
});

test('relu has the gradients of finite differences', () => {
  const x = distinct([1, 3, 4, 3]);
  expectRight((a) => relu(a), [x]);
  expectNoLeak((a) => relu(a), [x]);
});

test('joinRelu has the gradients of finite differences', () => {
  const [a, b] = [distinct([2, 3, 2, 2]), distinct([2, 3, 2, 3])];
  // Multiples of 0.1, as the distance of the values from zero is 0.05.
  const [biasA, biasB] = [tf.tensor1d([0.1, -0.2]), tf.tensor1d([0.3, -0.1, 0])];
  const op = (...x: tf.Tensor[]) =>
    joinRelu(
      { map: x[0] as tf.Tensor4D, bias: x[1] as tf.Tensor1D },
      { map: x[2] as tf.Tensor4D, bias: x[3] as tf.Tensor1D },
    );
  expect(op(a, biasA, b, biasB).shape).toEqual([2, 3, 2, 5]);
  expectRight(op, [a, biasA, b, biasB]);
  expectNoLeak(op, [a, biasA, b, biasB]);
});
