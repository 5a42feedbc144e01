import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { lossAndGradients } from '../layers/gradients.ts';
import { totalOf } from '../losses/losses.ts';
import { dlSsl, type DlSslConfig } from './dl-ssl.ts';

beforeAll(async () => {
  await loadBackend();
});

const image = () => tf.randomUniform<tf.Rank.R4>([4, SIZE, SIZE, 3], 0, 1, 'float32', 1);
const noise = (seed: number) => tf.randomUniform<tf.Rank.R4>([4, SIZE, SIZE, 2], 0, 1, 'float32', seed);
const target = () => ({ diagnosis: tf.tensor1d([0, 1, 1, 0]), positiveWeight: 1 });

/** Gradients of the first step, as numbers by weight; the mask's seed and the epoch may differ. */
function firstStep({
  mask = 1,
  epoch = 1,
  settings = {},
}: { mask?: number; epoch?: number; settings?: Partial<DlSslConfig> } = {}): Map<string, Float32Array> {
  const network = dlSsl.build(networkInput(), configOf(dlSsl, { preset: 'demo', config: settings }));
  const found = tf.tidy(() => {
    const losses = network.prepareStep({ image: image(), mask: noise(mask), target: target(), epoch });
    const { gradients } = lossAndGradients(() => totalOf(losses()), network.weights);
    return Object.entries(gradients).map(
      ([name, gradient]) => [name, gradient.dataSync<'float32'>().slice()] as const,
    );
  });
  network.weights.dispose();
  return new Map(found);
}

const STUDENT = 'student/map/out/filter';
const TEACHER = 'teacher/map/filter';

test('what the student learns depends on the mask that the teacher sees', () => {
  expect(firstStep({ mask: 1 }).get(STUDENT)).not.toEqual(firstStep({ mask: 2 }).get(STUDENT));
});

test('the teacher learns at the rate of the epoch', () => {
  const settings = {
    virtualRates: [1e-6, 1e-7, 0.5e-7],
    virtualEpochs: [2, 3],
  } satisfies Partial<DlSslConfig>;
  const size = (epoch: number) => Math.hypot(...firstStep({ epoch, settings }).get(TEACHER)!);
  const [first, second, last] = [2, 3, 4].map(size);
  // Rates so small that the virtual step itself hardly bends the loss: within a hundredth.
  expect(first / second / 10).toBeCloseTo(1, 2);
  expect(second / last / 2).toBeCloseTo(1, 2);
});

test('trying steps moves neither the student nor any statistic', () => {
  const network = dlSsl.build(networkInput(), configOf(dlSsl, { preset: 'demo' }));
  const { trainable, statistics } = network.weights;
  const read = () =>
    [...trainable.values(), ...statistics.values()].map((weight) => weight.dataSync().slice());
  const before = read();
  tf.tidy(() => void network.prepareStep({ image: image(), mask: noise(1), target: target(), epoch: 1 }));
  expect(read()).toEqual(before);
  network.weights.dispose();
});
