import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { createSgd } from './sgd.ts';

beforeAll(() => loadBackend());

/** SGD as PyTorch's documentation writes it, in double precision, for one number. */
function published(gradients: number[], start: number, rate: number, momentum: number): number {
  let [weight, direction] = [start, 0];
  gradients.forEach((gradient, i) => {
    direction = i === 0 ? gradient : momentum * direction + gradient;
    weight -= rate * direction;
  });
  return weight;
}

const steps = [0.3, -0.7, 0.2, 5];
const started = () =>
  new Map<string, tf.Variable>([
    ['a', tf.tidy(() => tf.variable(tf.tensor1d([1, -2])))],
    ['b', tf.tidy(() => tf.variable(tf.scalar(0.5)))],
  ]);

test.each([0, 0.9])('with momentum %f it follows the published algorithm and leaks nothing', (momentum) => {
  const before = tf.memory().numTensors;
  const weights = started();
  const sgd = createSgd({ learningRate: 0.1, momentum }, weights);
  for (const g of steps) tf.tidy(() => sgd.step({ a: tf.tensor1d([g, -2 * g]) }));
  const [first, second] = weights.get('a')!.dataSync();
  expect(first).toBeCloseTo(published(steps, 1, 0.1, momentum), 5);
  expect(second).toBeCloseTo(published(steps.map((g) => -2 * g), -2, 0.1, momentum), 5); // prettier-ignore
  expect(weights.get('b')!.dataSync()[0]).toBe(0.5); // no gradient, no move
  sgd.dispose();
  weights.forEach((weight) => weight.dispose());
  expect(tf.memory().numTensors).toBe(before);
});

test('goes on with equal bits after its state was restored, at the rate that it is told', () => {
  const run = (restart: boolean) => {
    const weights = started();
    let sgd = createSgd({ learningRate: 0.1, momentum: 0.9 }, weights);
    steps.forEach((g, i) => {
      if (restart && i === 2) {
        const saved = sgd.state();
        sgd.dispose();
        sgd = createSgd({ learningRate: 0.1, momentum: 0.9 }, weights);
        sgd.restore(saved);
      }
      sgd.setLearningRate(0.1 / (i + 1));
      tf.tidy(() => sgd.step({ a: tf.tensor1d([g, -2 * g]), b: tf.scalar(g) }));
    });
    return [...weights.values()].map((weight) => weight.dataSync());
  };
  expect(run(true)).toEqual(run(false));
});

test('names what is unknown or missing', () => {
  const sgd = createSgd({ learningRate: 0.1, momentum: 0.9 }, started());
  expect(() => sgd.step({ other: tf.scalar(1) })).toThrow("no weight 'other'");
  expect(() => sgd.restore(new Map())).toThrow("lacks 'a/v'");
});
