import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { guidedBlock } from './guided-block.ts';
import { createWeights } from './weights.ts';

beforeAll(async () => {
  await loadBackend();
});

test('the way back is the block’s gradient for what is positive of the gradient above', () => {
  const weights = createWeights(1);
  const block = guidedBlock(weights, { in: 2, out: 3, kernel: 3, stride: 2 });
  tf.tidy(() => {
    weights.statistics.get('variance')!.assign(tf.tensor1d([0.5, 2, 3]));
    const x = tf.randomNormal<tf.Rank.R4>([2, 8, 6, 2], 0, 1, 'float32', 1);
    const above = tf.randomNormal<tf.Rank.R4>([2, 4, 3, 3], 0, 1, 'float32', 2);
    const forward = (input: tf.Tensor) => block.forward(input as tf.Tensor4D, { training: false });
    const expected = tf.grad(forward)(x, above.relu()).dataSync();
    const back = block.back(above, forward(x)).dataSync();
    // Sums of at most 12 products of numbers around 1: float32 rounding.
    back.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });
  weights.dispose();
});
