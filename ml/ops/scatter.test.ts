import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { gatherRows, scatterRows } from './scatter.ts';

beforeAll(async () => {
  await loadBackend();
});

const rows = (): tf.Tensor1D => tf.tensor1d([3, 0, 3], 'int32');

test('rows are put where they belong, meeting rows are summed, the rest is zero', () => {
  const values = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  expect(scatterRows(values, rows(), 4).arraySync()).toEqual([
    [3, 4],
    [0, 0],
    [0, 0],
    [6, 8],
  ]);
  const matrix = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  expect(gatherRows(matrix, rows()).arraySync()).toEqual([
    [7, 8],
    [1, 2],
    [7, 8],
  ]);
});

test.each([
  ['scatterRows', [3, 2], (x: tf.Tensor) => scatterRows(x as tf.Tensor2D, rows(), 4)],
  ['gatherRows', [4, 2], (x: tf.Tensor) => gatherRows(x as tf.Tensor2D, rows())],
] as const)('the gradient of %s equals central differences', (_, shape, op) => {
  const x = tf.linspace(-1, 1, shape[0] * shape[1]).reshape([...shape]);
  const scalar = (at: tf.Tensor): tf.Scalar => {
    const y = op(at);
    // Unequal factors, so that a mixed-up row shows.
    return tf.sum(tf.mul(tf.square(y), tf.range(1, 1 + y.size).reshape(y.shape)));
  };
  const gradient = tf.grad(scalar)(x).dataSync();
  const values = x.dataSync();
  // The function is quadratic, so central differences have no truncation error; float32 leaves about 1e-3 at this step.
  values.forEach((value, k) => {
    const moved = (step: number): number =>
      scalar(
        tf.tensor(
          values.map((v, i) => (i === k ? value + step : v)),
          [...shape],
        ),
      ).dataSync()[0];
    expect(Math.abs((moved(0.05) - moved(-0.05)) / 0.1 - gradient[k])).toBeLessThan(1e-3);
  });
});
