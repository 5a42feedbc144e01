import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { lossAndGradients } from '../layers/gradients.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { totalOf } from '../losses/losses.ts';
import { baselineDia } from './baseline-dia.ts';

beforeAll(async () => {
  await loadBackend();
});

/** The published wiring at small widths. */
const config = configOf(baselineDia, { preset: 'demo', config: { lateAttention: false, maskPrior: 0 } });
const image = () => tf.randomUniform<tf.Rank.R4>([3, SIZE, SIZE, 3], 0, 1, 'float32', 1);
const mask = () => tf.randomUniform<tf.Rank.R4>([3, SIZE, SIZE, 2], 0, 1, 'float32', 2);

test('gives a logit, an auxiliary logit and B1 to B4 an image', () => {
  const network = baselineDia.build(networkInput(), config);
  tf.tidy(() => {
    const { logit, auxiliaryLogit, features } = network.apply(
      { image: image(), mask: mask() },
      { training: false },
    );
    expect([logit.shape, auxiliaryLogit?.shape]).toEqual([[3], [3]]);
    expect(features.map(({ shape }) => shape)).toEqual([[3, 8, 8, 32], [3, 4, 4, 64], [3, 2, 2, 128], [3, 1, 1, 256]]); // prettier-ignore
  });
  network.weights.dispose();
});

test('the mask moves the logit and leaves the auxiliary logit of the plain pass alone', () => {
  const network = baselineDia.build(networkInput(), config);
  tf.tidy(() => {
    const x = image();
    const [first, second] = [mask(), tf.zerosLike(mask())].map((m) =>
      network.apply({ image: x, mask: m }, { training: false }),
    );
    expect([...first.auxiliaryLogit!.dataSync()]).toEqual([...second.auxiliaryLogit!.dataSync()]);
    expect([...first.logit.dataSync()]).not.toEqual([...second.logit.dataSync()]);
  });
  network.weights.dispose();
});

test('an image’s logit does not depend on the others of its batch', () => {
  const network = baselineDia.build(networkInput(), config);
  tf.tidy(() => {
    const [x, m] = [image(), mask()];
    const together = network.apply({ image: x, mask: m }, { training: false }).logit.dataSync();
    const alone = network.apply(
      { image: x.slice([1], [1]), mask: m.slice([1], [1]) },
      { training: false },
    ).logit;
    // Products of other sizes may add in another order: float32 rounding.
    expect(alone.dataSync()[0]).toBeCloseTo(together[1], 4);
  });
  network.weights.dispose();
});

test('a gradient reaches every weight of both passes, and each pass keeps its own batch statistics', () => {
  const network = baselineDia.build(networkInput(), config);
  const loss = () =>
    totalOf(
      diagnosisLoss(network.apply({ image: image(), mask: mask() }, { training: true }), {
        diagnosis: tf.tensor1d([0, 1, 0]),
        positiveWeight: 1,
      }),
    );
  const reached = tf.tidy(() => Object.keys(lossAndGradients(loss, network.weights).gradients));
  expect(reached).toEqual([...network.weights.trainable.keys()]);
  const read = (name: string) => [
    ...network.weights.statistics.get(`resnet/b1/1/reduce/norm/${name}`)!.dataSync(),
  ];
  expect(read('mean')).not.toEqual(read('mean-2'));
  network.weights.dispose();
});
