import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { createOptimiser, optimiserConfig, type OptimiserConfig } from './optimiser-config.ts';
import { learningRateAt, stageOf } from './schedule.ts';

beforeAll(() => loadBackend());

const settings = (change: object): OptimiserConfig => optimiserConfig.parse(change);

/** A weight of 2 after one step with the gradient 3, at rate 0.1. */
function moved(change: object): number {
  const weight = tf.variable(tf.scalar(2));
  const optimiser = createOptimiser(settings({ optimiser: 'sgd', learningRate: 0.1, ...change }), new Map([['w', weight]])); // prettier-ignore
  tf.tidy(() => optimiser.step({ w: tf.scalar(3) }));
  optimiser.dispose();
  return weight.dataSync()[0];
}

test.each<[string, object, number]>([
  ['follows the gradient', {}, 2 - 0.1 * 3],
  ['adds weight decay to it', { weightDecay: 0.5 }, 2 - 0.1 * (3 + 0.5 * 2)],
  ['cuts it first', { clipValue: 1 }, 2 - 0.1 * 1],
  ['and decays after that', { clipValue: 1, weightDecay: 0.5 }, 2 - 0.1 * (1 + 0.5 * 2)],
])('an optimiser %s', (_, change, expected) => {
  expect(moved(change)).toBeCloseTo(expected, 6);
});

test.each<[object, number[]]>([
  [{ kind: 'constant' }, [1, 1, 1, 1]],
  [{ kind: 'step', factor: 0.5, every: 2 }, [1, 1, 0.5, 0.5]],
  [{ kind: 'polynomial', power: 2 }, [1, 0.5625, 0.25, 0.0625]],
])('the rate of %j over four epochs', (schedule, expected) => {
  const config = settings({ learningRate: 1, schedule });
  expect([1, 2, 3, 4].map((epoch) => learningRateAt(config, { epoch, epochs: 4 }))).toEqual(expected);
});

test.each<[number[], number, string]>([
  [[0], 3, '0:1/3 0:2/3 0:3/3'],
  [[0.5, 0], 4, '0:1/2 0:2/2 1:1/2 1:2/2'],
  [[0.01, 0], 3, '0:1/1 1:1/2 1:2/2'],
  [[0.4, 0.4, 0], 5, '0:1/2 0:2/2 1:1/2 1:2/2 2:1/1'],
])('stages with the shares %j share %i epochs', (shares, epochs, expected) => {
  const all = Array.from({ length: epochs }, (_, i) => stageOf(shares, i + 1, epochs));
  expect(all.map(({ stage, epoch, epochs: of }) => `${stage}:${epoch}/${of}`).join(' ')).toBe(expected);
});
