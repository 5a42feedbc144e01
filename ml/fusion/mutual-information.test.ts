import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { negativeInformation } from './mutual-information.ts';

beforeAll(async () => {
  await loadBackend();
});

const value = (...input: Parameters<typeof negativeInformation>): number =>
  tf.tidy(() => negativeInformation(...input).dataSync()[0]);

// Two items, worked by hand with π = (1/2, 1/2): M = 2 h gᵀ.
// h = (0.8, 0.2), (0.4, 0.6); g = (0.9, 0.1), (0.3, 0.7)
// M_11 = 2 (0.72 + 0.02) = 1.48, M_22 = 2 (0.12 + 0.42) = 1.08, M_12 = 2 (0.24 + 0.14) = 0.76, M_21 = 2 (0.36 + 0.06) = 0.84
const h = () => tf.tensor2d([0.8, 0.2, 0.4, 0.6], [2, 2]);
const g = () => tf.tensor2d([0.9, 0.1, 0.3, 0.7], [2, 2]);
const half = [0.5, 0.5];

// float32 keeps seven digits.
test('Kullback–Leibler', () => {
  const expected = -(1 + (Math.log(1.48) + Math.log(1.08)) / 2) + (0.76 + 0.84) / 2;
  expect(value(h(), g(), half, 'kl')).toBeCloseTo(expected, 5);
});

test('Pearson', () => {
  const expected = -2 * ((0.48 + 0.08) / 2) + (0.76 ** 2 - 1 + 0.84 ** 2 - 1) / 2;
  expect(value(h(), g(), half, 'pearson')).toBeCloseTo(expected, 5);
});

test('Jensen–Shannon', () => {
  const same = (Math.log(2.96 / 2.48) + Math.log(2.16 / 2.08)) / 2;
  const others = (Math.log(2 / 1.76) + Math.log(2 / 1.84)) / 2;
  expect(value(h(), g(), half, 'js')).toBeCloseTo(-same - others, 5);
});

test('an unequal prior weighs the rarer class up', () => {
  // One class sure on both sides, π = 1/4: M_11 = 4; the other sure, 3/4: M_22 = 4/3; M_12 = M_21 = 0.
  const sure = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const expected = -(1 + (Math.log(4) + Math.log(4 / 3)) / 2);
  expect(value(sure, sure, [0.25, 0.75], 'kl')).toBeCloseTo(expected, 5);
});

test.each(['kl', 'pearson', 'js'] as const)('%s: agreement is worth more than independence', (divergence) => {
  const a = tf.tensor2d([0.9, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1, 0.9], [4, 2]);
  const b = tf.tensor2d([0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9], [4, 2]);
  expect(value(a, a, half, divergence)).toBeLessThan(value(a, b, half, divergence));
});

test('one item is refused', () => {
  expect(() => value(tf.ones([1, 2]), tf.ones([1, 2]), half, 'kl')).toThrow('received 1');
});
