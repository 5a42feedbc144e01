import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { metaDerivative } from './meta-step.ts';

beforeAll(async () => {
  await loadBackend();
});

/** A student of two weights: its maps are products of theirs, its diagnosis another function of both. */
function toy() {
  const [a, b] = [tf.variable(tf.scalar(0.7)), tf.variable(tf.scalar(-0.4))];
  return {
    student: new Map([
      ['a', a],
      ['b', b],
    ]),
    maps: () => tf.stack([a.mul(2), a.mul(b), b.square()]).reshape<tf.Tensor4D>([1, 1, 3, 1]),
    judge: () => a.sub(b).sigmoid().log().neg().asScalar(),
    wanted: [0.3, 0.8, 0.1],
    rate: 0.2,
  };
}

/** Cross-entropy after the student's virtual step towards T, in plain numbers. */
function afterStep([t0, t1, t2]: number[], rate: number): number {
  const [a, b] = [0.7, -0.4];
  const [d0, d1, d2] = [2 * a - t0, a * b - t1, b * b - t2].map((apart) => (2 / 3) * apart);
  const [moved, other] = [a - rate * (2 * d0 + b * d1), b - rate * (a * d1 + 2 * b * d2)];
  return Math.log(1 + Math.exp(other - moved));
}

test('is how the labelled images’ loss changes with what the teacher wants', () => {
  const { wanted, ...step } = toy();
  const derivative = tf.tidy(() =>
    Array.from(metaDerivative({ ...step, wanted: tf.tensor4d(wanted, [1, 1, 3, 1]) }).dataSync()),
  );
  derivative.forEach((value, i) => {
    const at = (move: number) => afterStep(wanted.with(i, wanted[i] + move), step.rate);
    // The step over the student's weights, 0.01, leaves 1e-4 of a curvature near 1; float32, 1e-7 over it, less.
    expect(value / 3).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 4);
  });
  tf.dispose([...step.student.values()]);
});

test('leaves the student as it was, to the bit, and no tensor behind', () => {
  const { wanted, ...step } = toy();
  const read = () => [...step.student.values()].map((weight) => weight.dataSync()[0]);
  const [before, tensors] = [read(), tf.memory().numTensors];
  tf.tidy(() => void metaDerivative({ ...step, wanted: tf.tensor4d(wanted, [1, 1, 3, 1]) }));
  expect(read()).toEqual(before);
  expect(tf.memory().numTensors).toBe(tensors);
  const failing = { ...step, wanted: tf.tensor4d(wanted, [1, 1, 3, 1]), judge: () => { throw new Error('no'); } }; // prettier-ignore
  expect(() => metaDerivative(failing)).toThrow('no');
  expect(read()).toEqual(before);
  tf.dispose([failing.wanted, ...step.student.values()]);
});
