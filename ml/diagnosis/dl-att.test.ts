import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { lossAndGradients } from '../layers/gradients.ts';
import { totalOf } from '../losses/losses.ts';
import { dlAtt, dlAttLoss, type DlAttConfig } from './dl-att.ts';

beforeAll(async () => {
  await loadBackend();
});

const build = (settings: Partial<DlAttConfig> = {}) => {
  const config = configOf(dlAtt, { preset: 'demo', config: settings });
  return { config, network: dlAtt.build(networkInput(), config) };
};
const frozen = { training: false };
const noise = (seed: number) => tf.randomUniform<tf.Rank.R4>([2, SIZE, SIZE, 3], 0, 1, 'float32', seed);

/** The left eight columns of the image, and the rest. */
const left = (): tf.Tensor4D => tf.range(0, SIZE).less(8).cast('float32').reshape([1, 1, SIZE, 1]);
const right = (): tf.Tensor4D => tf.sub(1, left());
const leftMask = (): tf.Tensor4D => left().tile([2, SIZE, 1, 2]);

/** How much the localisation subnet's logit changes with the image's right part, most of it far from the mask. */
function changeOutsideMask(floor: number): number {
  const { network } = build({ floor });
  const change = tf.tidy(() => {
    const logits = [2, 3].map((seed) => {
      // What a 7×7 convolution and the mask's smoothing by 1 pixel, cut at three, reach stays as it is.
      const far = tf.range(0, SIZE).greater(20).cast('float32').reshape([1, 1, SIZE, 1]);
      const image: tf.Tensor4D = noise(1).mul(tf.sub(1, far)).add(noise(seed).mul(far));
      return network.apply({ image, mask: leftMask() }, frozen).auxiliaryLogit!;
    });
    return logits[0].sub(logits[1]).abs().max().dataSync()[0];
  });
  network.weights.dispose();
  return change;
}

test('what lies outside the mask is dimmed to the floor', () => {
  const [none, half, all] = [0, 0.5, 0.99].map(changeOutsideMask);
  expect(none).toBe(0);
  expect(half).toBeGreaterThan(0.01);
  expect(all).toBeGreaterThan(half);
});

test('in the demo preset, the image speaks through the mask alone', () => {
  const { network, config } = build();
  expect(config.saliency).toBe('guided-backprop');
  const logits = tf.tidy(() => {
    const read = (seed: number, mask: tf.Tensor4D) =>
      network.apply({ image: noise(seed), mask }, frozen).logit.dataSync()[0];
    const empty = tf.zerosLike(leftMask());
    return { masked: [read(2, leftMask()), read(3, leftMask())], empty: [read(2, empty), read(3, empty)] };
  });
  network.weights.dispose();
  expect(Math.abs(logits.masked[0] - logits.masked[1])).toBeGreaterThan(1e-3);
  expect(logits.empty[0]).toBeCloseTo(logits.empty[1], 5);
});

test.each(['cam', 'guided-backprop'] as const)(
  'by %s the mask moves the logit, with a gradient',
  (saliency) => {
    const { network } = build({ saliency });
    tf.tidy(() => {
      const image = noise(1);
      const logit = (mask: tf.Tensor) => network.apply({ image, mask: mask as tf.Tensor4D }, frozen).logit;
      const [there, elsewhere] = [leftMask(), right().tile<tf.Tensor4D>([2, SIZE, 1, 2])].map((m) =>
        logit(m).dataSync(),
      );
      expect(Math.abs(there[0] - elsewhere[0])).toBeGreaterThan(0.01);
      expect(
        tf
          .grad((mask) => logit(mask).sum())(leftMask())
          .abs()
          .max()
          .dataSync()[0],
      ).toBeGreaterThan(0);
    });
    network.weights.dispose();
  },
);

test.each<[string, Partial<DlAttConfig>]>([
  ['guided saliency', { saliency: 'guided-backprop' }],
  ['predicted attention', { attention: 'predicted' }],
])('with %s a gradient reaches every weight', (_, settings) => {
  const { network, config } = build(settings);
  const loss = () =>
    totalOf(
      dlAttLoss(
        network.apply({ image: noise(1), mask: leftMask() }, { training: true }),
        { diagnosis: tf.tensor1d([0, 1]), positiveWeight: 1 },
        config,
      ),
    );
  const gradients = tf.tidy(() => Object.keys(lossAndGradients(loss, network.weights).gradients));
  expect(gradients).toEqual([...network.weights.trainable.keys()]);
  network.weights.dispose();
});

test('with predicted attention the image alone decides', () => {
  const { network } = build({ attention: 'predicted' });
  tf.tidy(() => {
    const [first, second] = [leftMask(), tf.zerosLike(leftMask())].map((mask) =>
      network.apply({ image: noise(1), mask }, frozen).logit.dataSync(),
    );
    expect(first).toEqual(second);
  });
  network.weights.dispose();
});
