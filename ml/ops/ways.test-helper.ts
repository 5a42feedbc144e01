import * as tf from '@tensorflow/tfjs';
import { gradientDeviation, largestDifference, randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';

/**
 * Float32 outputs, summed in double, differenced over a step of 1e-2: rounding leaves about 1e-7 · √outputs / 1e-2,
 * the step itself about 1e-4 of a smooth op's third derivative. A wrong gradient is off by a share near 1.
 */
export const GRADIENT_TOLERANCE = 4e-3;

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Each way's gradient agrees with finite differences, each way's values and gradients with the plain way's. */
export function expectRight(op: Op, inputs: tf.Tensor[], tolerance = 1e-4): void {
  const plain = withWay('plain', () => valueAndGradients(op, inputs));
  for (const way of availableWays()) {
    withWay(way, () => {
      expect([way, gradientDeviation(op, inputs)]).toEqual([
        way,
        expect.closeTo(0, -Math.log10(2 * GRADIENT_TOLERANCE)),
      ]);
      const found = valueAndGradients(op, inputs);
      found.forEach((tensor, i) =>
        expect([way, i, largestDifference(tensor, plain[i]) < tolerance]).toEqual([way, i, true]),
      );
      tf.dispose(found);
    });
  }
  tf.dispose(plain);
}

/** Two calls with a gradient leave as many tensors as one: nothing leaks. */
export function expectNoLeak(op: Op, inputs: tf.Tensor[]): void {
  for (const way of availableWays()) {
    const leaked = withWay(way, () => {
      tf.dispose(valueAndGradients(op, inputs));
      const before = tf.memory().numTensors;
      tf.dispose(valueAndGradients(op, inputs));
      return tf.memory().numTensors - before;
    });
    expect([way, leaked]).toEqual([way, 0]);
  }
}

function valueAndGradients(op: Op, inputs: tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(() => {
    const value = op(...inputs);
    const weights = randomTensor('loss', value.shape);
    return [value, ...tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(op(...x), weights)).asScalar())(inputs)];
  });
}
