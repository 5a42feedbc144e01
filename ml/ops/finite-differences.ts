import * as tf from '@tensorflow/tfjs';
import { createRandom, normal } from '../random.ts';

/** Normal numbers of a named stream: [·]. */
export function randomTensor<T extends tf.Tensor>(key: string, shape: readonly number[], deviation = 1): T {
  const random = createRandom('ops-test', key);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => deviation * normal(random)),
    [...shape],
  ) as T;
}

/**
 * Holds the gradient of an op to central finite differences, the outside truth of every gradient test. The loss is a
 * weighted sum of the outputs, with random weights, added up in double precision. Returns the largest deviation over
 * all values of all inputs, relative to the largest gradient of that input (or to 1, where that is smaller).
 */
export function gradientDeviation(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  step = 1e-2,
): number {
  const weights = tf.tidy(() => randomTensor('loss', f(...inputs).shape).dataSync<'float32'>());
  const loss = (values: tf.Tensor[]) =>
    tf.tidy(() =>
      f(...values)
        .dataSync<'float32'>()
        .reduce((sum, value, i) => sum + value * weights[i], 0),
    );
  const gradients = tf.tidy(() => {
    const scale = tf.tensor(weights);
    const weighted = (...values: tf.Tensor[]) => tf.sum(tf.mul(f(...values).flatten(), scale)).asScalar();
    return tf
      .grads(weighted)(inputs)
      .map((gradient) => gradient.dataSync<'float32'>());
  });
  const deviations = inputs.map((input, i) => {
    const truth = differences(
      input,
      (changed) => loss(inputs.map((other, j) => (j === i ? changed : other))),
      step,
    );
    const scale = Math.max(1, ...truth.map(Math.abs));
    return Math.max(...truth.map((value, k) => Math.abs(value - gradients[i][k]) / scale));
  });
  return Math.max(...deviations);
}

function differences(input: tf.Tensor, loss: (changed: tf.Tensor) => number, step: number): number[] {
  const values = input.dataSync<'float32'>();
  const at = (k: number, by: number) =>
    tf.tidy(() => {
      const changed = values.slice();
      changed[k] += by;
      return loss(tf.tensor(changed, input.shape));
    });
  return [...values.keys()].map((k) => (at(k, step) - at(k, -step)) / (2 * step));
}

/** The largest difference between the values of two tensors. */
export function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  if (a.shape.join() !== b.shape.join()) return Infinity;
  const [x, y] = [a.dataSync<'float32'>(), b.dataSync<'float32'>()];
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0);
}
