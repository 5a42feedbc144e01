import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { expG, expGLayers, expGSize, type ExpGShape } from './expg.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

/** Places of `counts.length` images; what is past an image's count is padding. */
function placesOf(counts: number[], pixels: number) {
  const coordinates = randomTensor<tf.Tensor3D>('places', [counts.length, pixels, 2]);
  const own = tf.tensor3d(
    counts.flatMap((count) => Array.from({ length: pixels }, (_, k) => (k < count ? 1 : 0))),
    [counts.length, pixels, 1],
  );
  return { coordinates, counts: tf.tensor1d(counts, 'int32'), own };
}

/** Logits with those of padding, which mean nothing, at 0. */
const logitsOf = (
  network: tf.Tensor,
  { own, ...places }: ReturnType<typeof placesOf>,
  shape: ExpGShape,
): tf.Tensor => tf.mul(expG(network as tf.Tensor2D, places, shape), own);

test.each([
  ['of two layers, one image', { layers: 2, hidden: 3, raters: 2 }, [5], 5],
  ['of three layers, images of different size', { layers: 3, hidden: 2, raters: 3 }, [4, 1, 6], 6],
  ['of an image without disputed pixels', { layers: 2, hidden: 2, raters: 2 }, [0, 3], 3],
])(
  'a network %s has the gradients of finite differences, by every way, and leaks nothing',
  (name, shape, counts, q) => {
    const places = placesOf(counts, q);
    const network = randomTensor(name, [counts.length, expGSize(shape)]);
    expectRight((x) => logitsOf(x, places, shape), [network]);
    expectNoLeak((x) => logitsOf(x, places, shape), [network]);
  },
);

test.each([
  ['fewer images than threads', [700], 700],
  ['more images than threads', Array.from({ length: 40 }, (_, k) => 90 + k), 131],
])('the ways agree where there are %s', (name, counts, q) => {
  const shape = { layers: 4, hidden: 33, raters: 7 };
  const places = placesOf(counts, q);
  const network = tf.mul(randomTensor(name, [counts.length, expGSize(shape)]), 0.1);
  const run = () => {
    const f = (x: tf.Tensor) => logitsOf(x, places, shape);
    return [f(network), tf.grad(f)(network, randomTensor('dy', [counts.length, q, shape.raters]))];
  };
  const plain = withWay('plain', run);
  for (const way of availableWays()) {
    // Gradients are sums over up to 700 pixels, some 30 in size, in float32.
    withWay(way, run).forEach((tensor, i) => expect(largestDifference(tensor, plain[i])).toBeLessThan(5e-4));
  }
});

test('its activation follows Math.atan over its whole range, by every way', () => {
  const values = [-1e6, -30, -1.0001, -1, -0.9999, -0.3, -1e-4, 0, 1e-4, 0.3, 1, 5, 1e6];
  // One hidden number, the first coordinate; two raters, who read its two halves.
  const shape = { layers: 2, hidden: 1, raters: 2 };
  const network = tf.tensor2d([[1, 0, 0, 1, 0, 0, 1, 0, 0]]);
  const coordinates = tf.tensor3d([values.map((value) => [value, 7])]);
  const counts = tf.tensor1d([values.length], 'int32');
  for (const way of availableWays()) {
    const y = withWay(way, () => expG(network, { coordinates, counts }, shape).dataSync());
    values.forEach((value, i) => {
      const u = Math.atan(value);
      // One unit in the last place of π/2, scaled.
      expect(Math.abs(y[2 * i] - u / 0.67)).toBeLessThan(5e-7);
      expect(Math.abs(y[2 * i + 1] - (u * u) / 0.6)).toBeLessThan(2e-6);
    });
  }
});

test('parameters lie layer after layer: matrix, then bias', () => {
  expect(expGLayers({ layers: 3, hidden: 4, raters: 5 })).toEqual([
    { in: 2, out: 4, at: 0 },
    { in: 8, out: 4, at: 12 },
    { in: 8, out: 5, at: 48 },
  ]);
  expect(expGSize({ layers: 3, hidden: 4, raters: 5 })).toBe(93);
});

test('refuses parameters that are not one row an image', () => {
  const places = { coordinates: tf.zeros<tf.Rank.R3>([2, 3, 2]), counts: tf.tensor1d([3, 3], 'int32') };
  const refused = () => expG(tf.zeros([2, 8]), places, { layers: 2, hidden: 1, raters: 2 });
  expect(refused).toThrow('expG: parameters [2, 8] where [2, 9] are needed');
});
