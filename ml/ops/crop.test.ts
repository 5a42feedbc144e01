import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { crop } from './crop.ts';
import { resizeBilinear } from './resize.ts';

beforeAll(async () => {
  await loadBackend();
});

const ramp = (): tf.Tensor4D => tf.range(1, 33).reshape([2, 4, 4, 1]);
const span = (from: number[], to: number[]) => ({ from: tf.tensor1d(from), to: tf.tensor1d(to) });
const values = (make: () => tf.Tensor): number[] => tf.tidy(() => [...make().dataSync()]);

test('the whole map at its own size is the map itself', () => {
  const whole = () => span([0, 0], [4, 4]);
  expect(values(() => crop(ramp(), whole(), whole(), [4, 4]))).toEqual(values(ramp));
});

test('each image has a rectangle of its own', () => {
  const result = values(() => crop(ramp(), span([1, 0], [3, 2]), span([0, 2], [2, 4]), [2, 2]));
  expect(result).toEqual([5, 6, 9, 10, 19, 20, 23, 24]);
});

test('beyond the map it is zero', () => {
  const result = values(() => crop(ramp(), span([-1, 3], [1, 5]), span([-1, 3], [1, 5]), [2, 2]));
  expect(result).toEqual([0, 0, 0, 1, 32, 0, 0, 0]);
});

test('the whole map at another size is bilinear resizing, but for the border, where zero takes a share', () => {
  const x = () => tf.randomUniform<tf.Rank.R4>([1, 5, 6, 2], 0, 1, 'float32', 3);
  const inner = (map: tf.Tensor4D) => map.slice([0, 2, 2, 0], [1, 6, 8, 2]);
  const cropped = values(() => inner(crop(x(), span([0], [5]), span([0], [6]), [10, 12])));
  const resized = values(() => inner(resizeBilinear(x(), [10, 12])));
  // Sums of four products of numbers below 1: float32 rounding.
  cropped.forEach((value, i) => expect(value).toBeCloseTo(resized[i], 5));
});

test('the gradient brings each pixel its shares', () => {
  const gradient = values(() => {
    const [rows, columns] = [span([1], [3]), span([0], [2])];
    return tf.grad((x) => crop(x as tf.Tensor4D, rows, columns, [2, 2]).sum())(tf.ones([1, 4, 4, 1]));
  });
  expect(gradient).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
});
