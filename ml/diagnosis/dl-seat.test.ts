import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { lossAndGradients } from '../layers/gradients.ts';
import { averagePool } from '../layers/average-pool.ts';
import { bcePlain } from '../ops/bce.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { totalOf } from '../losses/losses.ts';
import { createSquares, networkInput, quickTraining, SIZE } from '../models.test-helper.ts';
import { toBatch } from '../training/batch.ts';
import { train } from '../training/loop.ts';
import { dlSeat, dlSeatLoss } from './dl-seat.ts';

beforeAll(async () => {
  await loadBackend();
});

const config = configOf(dlSeat, { preset: 'demo' });
const predicting = configOf(dlSeat, {
  preset: 'demo',
  config: { segmentation: 'predicted', segmentationWeight: 0.2 },
});
const frozen = { training: false };
const image = () => tf.randomUniform<tf.Rank.R4>([2, SIZE, SIZE, 3], 0, 1, 'float32', 1);
/** Both structures fill the rows above `bottom`. */
const mask = (bottom: number): tf.Tensor4D =>
  tf.range(0, SIZE).less(bottom).cast('float32').reshape([1, SIZE, 1, 1]).tile([2, 1, SIZE, 2]);

test('the mask reaches the logit through each of B1, B2 and B3', () => {
  const network = dlSeat.build(networkInput(), config);
  tf.tidy(() => {
    const [few, many] = [4, 20].map((bottom) =>
      network.apply({ image: image(), mask: mask(bottom) }, frozen),
    );
    for (const index of [0, 1, 2]) {
      const change = few.features[index].sub(many.features[index]).abs().max().dataSync()[0];
      expect(change).toBeGreaterThan(0.001);
    }
    expect(few.logit.sub(many.logit).abs().max().dataSync()[0]).toBeGreaterThan(0.001);
  });
  network.weights.dispose();
});

test('with no more than four tokens a map it still gives B1 to B4 at their sizes', () => {
  const network = dlSeat.build(networkInput(), { ...config, tokens: 4 });
  tf.tidy(() => {
    const { features } = network.apply({ image: image(), mask: mask(8) }, frozen);
    expect(features.map(({ shape }) => shape)).toEqual([[2, 8, 8, 32], [2, 4, 4, 64], [2, 2, 2, 128], [2, 1, 1, 256]]); // prettier-ignore
  });
  network.weights.dispose();
});

test('attention carries the mask everywhere: a change in a corner reaches the opposite one of B1', () => {
  const network = dlSeat.build(networkInput(), config);
  tf.tidy(() => {
    const x = image();
    const corner = (features: readonly tf.Tensor4D[]) => features[0].slice([0, 7, 7, 0], [1, 1, 1, 32]);
    const [first, second] = [0, 2].map((bottom) =>
      corner(network.apply({ image: x, mask: mask(bottom) }, frozen).features),
    );
    expect(first.sub(second).abs().max().dataSync()[0]).toBeGreaterThan(1e-5);
  });
  network.weights.dispose();
});

const target = () => ({ diagnosis: tf.tensor1d([0, 1]), positiveWeight: 1 });

describe.each([
  ['given', { ...config, segmentationWeight: 0.2 }],
  ['predicted', predicting],
])('with masks drawn and segmentation %s', (_, settings) => {
  const build = () => {
    const network = dlSeat.build(networkInput(), settings);
    const apply = () => network.apply({ image: image(), mask: mask(20) }, { training: true });
    return { network, apply };
  };

  test('a gradient reaches every weight', () => {
    const { network, apply } = build();
    tf.tidy(() => {
      const loss = () => totalOf(dlSeatLoss(apply(), target(), settings));
      const { gradients } = lossAndGradients(loss, network.weights);
      expect(Object.keys(gradients)).toEqual([...network.weights.trainable.keys()]);
    });
    network.weights.dispose();
  });

  test('the loss of the masks is added by its weight', () => {
    const { network, apply } = build();
    tf.tidy(() => {
      const output = apply();
      const number = (loss: tf.Scalar): number => loss.dataSync()[0];
      const expected = number(totalOf(diagnosisLoss(output, target()))) + 0.2 * number(output.innerLoss!());
      expect(number(totalOf(dlSeatLoss(output, target(), settings)))).toBeCloseTo(expected, 5);
    });
    network.weights.dispose();
  });
});

test('with predicted segmentation the image alone decides, and the diagnosis teaches the U-Net nothing', () => {
  const network = dlSeat.build(networkInput(), predicting);
  tf.tidy(() => {
    const [first, second] = [4, 20].map((bottom) =>
      network.apply({ image: image(), mask: mask(bottom) }, frozen).logit.dataSync(),
    );
    expect(first).toEqual(second);
    const loss = () =>
      totalOf(diagnosisLoss(network.apply({ image: image(), mask: mask(4) }, frozen), target()));
    const reached = Object.keys(lossAndGradients(loss, network.weights).gradients);
    const unreached = [...network.weights.trainable.keys()].filter((name) => !reached.includes(name));
    const own = (name: string) => /^segmentation\/(unet|masks)\//.test(name);
    expect(unreached).toEqual([...network.weights.trainable.keys()].filter(own));
  });
  network.weights.dispose();
});

test('with predicted segmentation the U-Net learns from masks what the image shows of them', async () => {
  const source = createSquares(4);
  const network = dlSeat.build(networkInput(), predicting);
  const batch = toBatch(await source.read([0, 1, 2, 3]), source);
  const apart = (): number =>
    tf.tidy(
      () => network.apply({ image: batch.image, mask: batch.fused }, frozen).innerLoss!().dataSync()[0],
    );
  // What drawing each structure's share of the pixels everywhere comes to.
  const blind = tf.tidy(() => {
    const pooled = averagePool(batch.fused, 4);
    const share = pooled.mean([0, 1, 2], true).tile<tf.Tensor4D>([4, 8, 8, 1]);
    return bcePlain(share, pooled).mean().dataSync()[0];
  });
  const training = quickTraining({ epochs: 40, learningRate: 1e-2 });
  const epochs = train({ model: dlSeat, config: predicting, network, training, source, seed: 1 });
  while (!(await epochs.next()).done); // to the end
  expect(apart()).toBeLessThan(0.75 * blind);
  tf.dispose([batch.image, batch.fused, batch.majority, batch.diagnosis]);
  network.weights.dispose();
}, 180_000); // seconds on native TensorFlow; wasm on busy cores takes longer

test('predicted segmentation that nothing teaches is refused', () => {
  expect(() => dlSeat.config.parse({ segmentation: 'predicted' })).toThrow(
    'must be above 0 where the segmentation is predicted',
  );
  expect(() => dlSeat.config.parse({ segmentation: 'predicted', segmentationWeight: 0.2 })).not.toThrow();
});

test('DF-GT may follow it where the mask is given alone', () => {
  expect([config, predicting].map((settings) => dlSeat.maskUse(settings))).toEqual([
    'differentiable',
    'training',
  ]);
});
