import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { attentionLoss } from './attention-loss.ts';
import { balancedPositiveWeight, diagnosisLoss } from './diagnosis-loss.ts';
import { totalOf, type Losses } from './losses.ts';
import { segmentationLoss } from './segmentation-loss.ts';

beforeAll(async () => {
  await loadBackend();
});

// −log σ(0) = log 2; −log σ(log 3) = log(4/3), since σ(log 3) = 3/4.
const [LOG_2, LOG_4_3, LOG_4] = [Math.log(2), Math.log(4 / 3), Math.log(4)];
const value = (loss: () => tf.Scalar): number => tf.tidy(() => loss().dataSync()[0]);
const total = (losses: () => Losses): number => value(() => totalOf(losses()));
const map = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [1, 1, values.length, 1]);

test('diagnosis loss is the mean cross-entropy of the logits', () => {
  const loss = total(() => {
    const target = { diagnosis: tf.tensor1d([1, 0]), positiveWeight: 1 };
    return diagnosisLoss({ logit: tf.tensor1d([Math.log(3), 0]) }, target);
  });
  expect(loss).toBeCloseTo((LOG_4_3 + LOG_2) / 2, 6);
});

test('a positive weight multiplies the positive term only', () => {
  const loss = total(() => {
    const target = { diagnosis: tf.tensor1d([1, 0]), positiveWeight: 3 };
    return diagnosisLoss({ logit: tf.tensor1d([Math.log(3), 0]) }, target);
  });
  expect(loss).toBeCloseTo((3 * LOG_4_3 + LOG_2) / 2, 6);
});

test.each([
  [1, LOG_4_3 + LOG_2],
  [0.5, LOG_4_3 + 0.5 * LOG_2],
  [0, LOG_4_3],
])('the auxiliary head counts with weight %f', (auxiliaryWeight, expected) => {
  const loss = total(() => {
    const output = { logit: tf.tensor1d([Math.log(3)]), auxiliaryLogit: tf.tensor1d([0]) };
    return diagnosisLoss(output, { diagnosis: tf.tensor1d([1]), positiveWeight: 1 }, { auxiliaryWeight });
  });
  expect(loss).toBeCloseTo(expected, 6);
});

test.each<[(0 | 1 | null)[], number]>([
  [[1, 0, 0, 0, null], 3],
  [[1, ...Array.from({ length: 40 }, () => 0 as const)], 10],
  [[1, 1, 0], 0.5],
  [[1, 1], 1],
  [[], 1],
])('balances %j with weight %f', (diagnoses, expected) => {
  expect(balancedPositiveWeight(diagnoses)).toBe(expected);
});

test('segmentation loss takes soft targets, mean over pixels', () => {
  const loss = total(() =>
    segmentationLoss({ logits: map([Math.log(3), 0]) }, { fused: map([0.5, 1]), majority: map([0, 0]) }),
  );
  // At p = 3/4 and t = 1/2: half of −log(3/4) and half of −log(1/4).
  expect(loss).toBeCloseTo(((LOG_4_3 + LOG_4) / 2 + LOG_2) / 2, 6);
});

test.each([
  ['majority', 1, LOG_4_3 + LOG_4],
  ['fused', 1, LOG_4_3 + LOG_4_3],
  ['majority', 0, LOG_4_3],
] as const)('the coarse decoder learns %s with weight %f', (coarseTarget, coarseWeight, expected) => {
  const loss = total(() => {
    const output = { logits: map([Math.log(3)]), coarseLogits: map([Math.log(3)]) };
    return segmentationLoss(output, { fused: map([1]), majority: map([0]) }, { coarseWeight, coarseTarget });
  });
  expect(loss).toBeCloseTo(expected, 6);
});

test.each<[string, number[], number[], number]>([
  ['maps of one shape', [1, 3], [0.2, 0.6], 0],
  // ½ log(½ / ¼) + ½ log(½ / ¾)
  ['other shapes', [1, 1], [0.25, 0.75], 0.5 * LOG_4_3],
  ['nothing wanted', [0, 0], [0.25, 0.75], 0],
])('attention loss is the divergence of %s', (_, wanted, predicted, expected) => {
  expect(value(() => attentionLoss(map(wanted), map(predicted)))).toBeCloseTo(expected, 5);
});
