import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { createRandom } from '../random.ts';
import { dlRoi } from './dl-roi.ts';
import { jittered, squareAround } from './region.ts';

beforeAll(async () => {
  await loadBackend();
});

const config = configOf(dlRoi, { preset: 'demo' });

/** A grey rectangle with a bright corner on black, and its mask; the second structure is empty. */
function object(top: number, left: number, light = 1) {
  const inside = (y: number, x: number) => y >= top && y < top + 4 && x >= left && x < left + 3;
  const at = <T>(make: (y: number, x: number) => T): T[] =>
    Array.from({ length: SIZE * SIZE }, (_, i) => make(Math.floor(i / SIZE), i % SIZE));
  const colour = (y: number, x: number) => (y === top && x === left ? 1 : inside(y, x) ? 0.4 * light : 0);
  return {
    image: tf.tensor4d(at((y, x) => [colour(y, x), colour(y, x), 0]).flat(), [1, SIZE, SIZE, 3]),
    mask: tf.tensor4d(at((y, x) => [inside(y, x) ? 0.6 : 0.5, 0]).flat(), [1, SIZE, SIZE, 2]),
  };
}

const frozen = { training: false };
const numbers = (tensors: readonly tf.Tensor[]): number[] => tensors.map((tensor) => tensor.dataSync()[0]);

test('the square’s centre is the box’s, its half-side the longer side of the box times the margin', () => {
  tf.tidy(() => {
    const { rows, columns } = squareAround(object(10, 20).mask.slice([0, 0, 0, 0], [-1, -1, -1, 1]), 1.5);
    expect(numbers([rows.from, rows.to, columns.from, columns.to])).toEqual([
      12 - 6,
      12 + 6,
      21.5 - 6,
      21.5 + 6,
    ]);
  });
});

test('an empty mask gives the whole image', () => {
  tf.tidy(() => {
    const { rows, columns } = squareAround(tf.zeros([1, 32, 64, 1]), 1.5);
    expect(numbers([rows.from, rows.to, columns.from, columns.to])).toEqual([0, 32, 0, 64]);
  });
});

test('jitter moves each side by its share at most, each image by its own', () => {
  tf.tidy(() => {
    const mask = tf.concat(
      Array.from({ length: 20 }, () => object(10, 20).mask.slice([0, 0, 0, 0], [-1, -1, -1, 1])),
    );
    const { rows } = jittered(squareAround(mask, 1.5), createRandom(1), 0.15);
    const moves = Array.from(rows.from.dataSync(), (from) => from - 6);
    expect(Math.max(...moves.map(Math.abs))).toBeLessThanOrEqual(0.15 * 6);
    expect(new Set(moves).size).toBe(20);
  });
});

test('wherever the object stands, its logit is the same; what it looks like changes the logit', () => {
  const network = dlRoi.build(networkInput(), config);
  tf.tidy(() => {
    const logit = (top: number, left: number, light?: number) =>
      network.apply(object(top, left, light), frozen).logit.dataSync()[0];
    const here = logit(10, 12);
    // The same pixels by another way: sums of float32 in another order.
    expect(logit(14, 9)).toBeCloseTo(here, 4);
    expect(logit(3, 24)).toBeCloseTo(here, 4); // its square reaches beyond the image
    expect(Math.abs(logit(10, 12, 0.5) - here)).toBeGreaterThan(0.01);
  });
  network.weights.dispose();
});

test('trained, a call draws other places than the one before it; the draws are the network’s own', () => {
  const draw = () => {
    const network = dlRoi.build(networkInput(), config);
    const logits = tf.tidy(() =>
      [1, 2].map(() => network.apply(object(10, 12), { training: true }).features[0].dataSync().slice()),
    );
    network.weights.dispose();
    return logits;
  };
  const [first, second] = draw();
  expect(first).not.toEqual(second);
  expect(draw()).toEqual([first, second]);
});

test('refuses a structure that the masks lack', () => {
  expect(() => dlRoi.build(networkInput(), { ...config, structure: 2 })).toThrow(
    /no structure of index 2: the masks have 2/,
  );
});
