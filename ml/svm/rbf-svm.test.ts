import SVM from 'libsvm-js/asm.js';
import { vcdrSvm } from '../diagnosis/vcdr-svm.ts';
import { fittedFromBytes, fittedToBytes } from '../fitted.ts';
import { configOf } from '../method.ts';
import { auc } from '../statistics/auc.ts';
import { decideRbfSvm, fitRbfSvm } from './rbf-svm.ts';

// Reference values: bench/reference/svm.py (scikit-learn 1.7.2).
const indices = Array.from({ length: 40 }, (_, i) => i);
const labels = indices.map((i) => ((i * 7 + 3) % 10 < 4 ? 1 : 0));
const first = indices.map((i) => ((i * i * 37 + 11) % 29) / 29 + 0.4 * labels[i]);
const second = indices.map((i) => (5 * ((i * i * 17 + 5) % 23)) / 23 - labels[i]);
const asked = [0.1, 0.45, 0.8, 1.3];

const one = first.map((value) => [value]);
const both = first.map((value, i) => [value, second[i]]);
const settings = { cost: 1, gamma: 'scale' } as const;

test.each([
  {
    features: one,
    points: asked.map((value) => [value]),
    decisions: [-1.1613677392878405, -0.7291741909168687, -0.9474410617164613, 1.1966757953123228],
    area: 0.8072916666666667,
    support: 33,
  },
  {
    features: both,
    points: asked.map((value) => [value, 3 * value]),
    decisions: [-0.4787438849091259, -0.7898678419723311, -0.31747024004580393, 0.8762244196507488],
    area: 0.8697916666666666,
    support: 34,
  },
])('decides as scikit-learn does, with $support support vectors', async (expected) => {
  const { features, points, decisions, area, support } = expected;
  const fitted = await fitRbfSvm({ features, labels, ...settings });
  // LIBSVM writes its offset with six digits.
  points.forEach((point, i) => expect(decideRbfSvm(fitted, point)).toBeCloseTo(decisions[i], 5));
  const scores = features.map((row) => decideRbfSvm(fitted, row));
  expect(auc(scores, labels).value).toBeCloseTo(area, 12);
  expect(fitted.tensors.get('coefficients')!.shape).toEqual([support]);
});

test('takes the side that LIBSVM’s own prediction takes', async () => {
  const fitted = await fitRbfSvm({ features: one, labels, cost: 1, gamma: 2 });
  const { means, deviations } = Object.fromEntries(fitted.tensors);
  const scaled = (value: number): number[] => [(value - means.values[0]) / deviations.values[0]];
  const kind = { type: SVM.SVM_TYPES.C_SVC, kernel: SVM.KERNEL_TYPES.RBF, quiet: true, tolerance: 1e-6 };
  const svm = new SVM({ ...kind, cost: 1, gamma: 2, weight: { 0: 40 / 48, 1: 40 / 32 } });
  svm.train(first.map(scaled), labels);
  for (let value = -0.5; value < 2; value += 0.01) {
    expect([value, decideRbfSvm(fitted, [value]) > 0]).toEqual([value, svm.predictOne(scaled(value)) === 1]);
  }
  svm.free();
});

test('the order of the images does not matter beyond rounding, not even which class comes first', async () => {
  const turned = [...indices].reverse();
  const [a, b] = await Promise.all([
    fitRbfSvm({ features: both, labels, ...settings }),
    fitRbfSvm({ features: turned.map((i) => both[i]), labels: turned.map((i) => labels[i]), ...settings }),
  ]);
  expect(labels[0]).not.toBe(labels[39]);
  for (const row of both) expect(decideRbfSvm(a, row)).toBeCloseTo(decideRbfSvm(b, row), 4);
});

test('kept as bytes it decides the same to the bit', async () => {
  const fitted = await fitRbfSvm({ features: both, labels, ...settings });
  const again = fittedFromBytes('vcdr-svm', fittedToBytes('vcdr-svm', fitted));
  for (const row of both) expect(decideRbfSvm(again, row)).toBe(decideRbfSvm(fitted, row));
});

test('the model that is fitted by it stops when it is told to', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const config = configOf(vcdrSvm, { preset: 'paper' });
  await expect(vcdrSvm.fit({ features: one, labels, config, seed: 1, signal })).rejects.toThrow('enough');
});

test('features that are the same everywhere give every image the same finite score', async () => {
  const fitted = await fitRbfSvm({ features: labels.map(() => [0.1]), labels, ...settings });
  const scores = labels.map(() => decideRbfSvm(fitted, [0.1]));
  expect(scores.every(Number.isFinite)).toBe(true);
  expect(auc(scores, labels).value).toBe(0.5);
});
