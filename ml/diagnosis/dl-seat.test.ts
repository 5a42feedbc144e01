import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { dlSeat } from './dl-seat.ts';

beforeAll(async () => {
  await loadBackend();
});

const config = configOf(dlSeat, { preset: 'demo' });
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
