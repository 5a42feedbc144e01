import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { createAdam } from './adam.ts';
import { randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';

beforeAll(() => loadBackend());

/** Adam as the publication writes it (Kingma and Ba 2015, algorithm 1), in double precision, for one number. */
function published(gradients: number[], start: number, rate: number): number {
  let [weight, m, v] = [start, 0, 0];
  gradients.forEach((g, i) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const [mHat, vHat] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))];
    weight -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
  });
  return weight;
}

const variable = (key: string, shape: number[]) => tf.variable(randomTensor(key, shape));

test.each(['native', 'raw', 'plain'] as const)(
  'Adam (%s way at best) follows the published algorithm',
  (way) => {
    withWay(way, () => {
      const weights = new Map<string, tf.Variable>([
        ['a', tf.variable(tf.tensor1d([1, -2]))],
        ['b', tf.variable(tf.scalar(0.5))],
      ]);
      const adam = createAdam({ learningRate: 0.1 }, weights);
      const steps = [0.3, -0.7, 0.2, 5];
      for (const g of steps) adam.step({ a: tf.tensor1d([g, -2 * g]), b: tf.scalar(g / 100) });
      const [first, second] = weights.get('a')!.dataSync();
      expect(first).toBeCloseTo(published(steps, 1, 0.1), 5);
      expect(second).toBeCloseTo(
        published(
          steps.map((g) => -2 * g),
          -2,
          0.1,
        ),
        5,
      );
      expect(weights.get('b')!.dataSync()[0]).toBeCloseTo(
        published(
          steps.map((g) => g / 100),
          0.5,
          0.1,
        ),
        5,
      );
      adam.dispose();
    });
  },
);

test('Adam goes on with equal bits after its state was restored', () => {
  const run = (restart: boolean) => {
    const weights = new Map([['w', variable('start', [40, 30])]]);
    let adam = createAdam({ learningRate: 0.01 }, weights);
    for (let i = 0; i < 6; i++) {
      if (restart && i === 3) {
        const saved = adam.state();
        adam.dispose();
        adam = createAdam({ learningRate: 0.01 }, weights);
        adam.restore(saved);
      }
      tf.tidy(() => adam.step({ w: randomTensor(`g${i}`, [40, 30]) }));
    }
    return weights.get('w')!.dataSync();
  };
  expect(run(true)).toEqual(run(false));
});

test('Adam leaves a weight without a gradient alone, leaks nothing, and keeps copies of weights apart', () => {
  for (const way of availableWays()) {
    withWay(way, () => {
      const weights = new Map<string, tf.Variable>([
        ['moved', variable('moved', [5])],
        ['still', variable('still', [5])],
      ]);
      const adam = createAdam({ learningRate: 0.01 }, weights);
      const copy = weights.get('moved')!.clone();
      const [before, still] = [copy.dataSync().slice(), weights.get('still')!.dataSync().slice()];
      const count = tf.memory().numTensors;
      tf.tidy(() => adam.step({ moved: randomTensor('g', [5]) }));
      expect(tf.memory().numTensors).toBe(count);
      expect(copy.dataSync()).toEqual(before);
      expect(weights.get('still')!.dataSync()).toEqual(still);
      expect(weights.get('moved')!.dataSync()).not.toEqual(before);
      adam.dispose();
      expect(tf.memory().numTensors).toBe(count - 4);
    });
  }
});

test('Adam obeys a changed learning rate', () => {
  const weights = new Map([['w', tf.variable(tf.scalar(0))]]);
  const adam = createAdam({ learningRate: 0.1 }, weights);
  adam.setLearningRate(0);
  adam.step({ w: tf.scalar(1) });
  expect(weights.get('w')!.dataSync()[0]).toBe(0);
});

test('Adam names what is unknown or missing', () => {
  const adam = createAdam({ learningRate: 0.1 }, new Map([['w', tf.variable(tf.scalar(0))]]));
  expect(() => adam.step({ other: tf.scalar(1) })).toThrow("no weight 'other'");
  expect(() => adam.restore(new Map([['step', Float32Array.of(1)]]))).toThrow("lacks 'w/m'");
});
