import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { batchNorm } from './batch-norm.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

const CHANNELS = 3;
const SHAPE = [2, 3, 2, CHANNELS];

/** Values near ±2, so that no step of a finite difference crosses the kink of relu. */
function awayFromZero<T extends tf.Tensor>(key: string): T {
  const noise = randomTensor(key, SHAPE, 0.2);
  return tf.add(noise, tf.mul(tf.sign(randomTensor(`${key}-sign`, SHAPE)), 2));
}

function fresh(): Record<'movingMean' | 'movingVariance', tf.Variable> {
  return {
    movingMean: tf.variable(tf.tensor1d([0.1, -0.2, 0.3]), false),
    movingVariance: tf.variable(tf.tensor1d([1.5, 0.5, 2]), false),
  };
}

const modes = [true, false].flatMap((training) =>
  (['relu', 'none'] as const).flatMap((activation) =>
    [true, false].map((residual) => ({ training, activation, residual })),
  ),
);

describe.each(modes)(
  'batchNorm with training $training, activation $activation, residual $residual',
  (mode) => {
    const scale = () => tf.tensor1d([1.2, -0.8, 0.6]);
    const offset = () => tf.tensor1d([0.1, -0.1, 0.05]);

    function op(x: tf.Tensor, s: tf.Tensor, o: tf.Tensor, residual?: tf.Tensor): tf.Tensor {
      const moving = fresh();
      const settings = { ...moving, training: mode.training, activation: mode.activation };
      const y = batchNorm(x as tf.Tensor4D, {
        ...settings,
        scale: s as tf.Tensor1D,
        offset: o as tf.Tensor1D,
        residual: residual as tf.Tensor4D | undefined,
      });
      moving.movingMean.dispose();
      moving.movingVariance.dispose();
      return y;
    }

    const inputs = () => {
      const residual = tf.mul(awayFromZero('residual'), 3);
      return [awayFromZero('x'), scale(), offset(), ...(mode.residual ? [residual] : [])];
    };

    test('has the gradients of finite differences, by every way', () => expectRight(op, inputs()));
    test('leaks no tensor', () => expectNoLeak(op, inputs()));
  },
);

test('batchNorm normalises each channel and updates the moving statistics without bias', () => {
  const values = [1, 2, 3, 6]; // mean 3, variance 3.5, unbiased 14 / 3
  for (const way of availableWays()) {
    withWay(way, () => {
      const movingMean = tf.variable(tf.tensor1d([1]), false);
      const movingVariance = tf.variable(tf.tensor1d([2]), false);
      const x = tf.tensor4d(values, [1, 2, 2, 1]);
      const one = tf.tensor1d([1]);
      const y = batchNorm(x, {
        scale: one,
        offset: tf.tensor1d([0]),
        movingMean,
        movingVariance,
        training: true,
        momentum: 0.9,
        epsilon: 0,
      });
      const expected = tf.tensor4d(
        values.map((value) => (value - 3) / Math.sqrt(3.5)),
        [1, 2, 2, 1],
      );
      expect(largestDifference(y, expected)).toBeLessThan(1e-6);
      expect(movingMean.dataSync()[0]).toBeCloseTo(0.9 * 1 + 0.1 * 3, 5);
      expect(movingVariance.dataSync()[0]).toBeCloseTo(0.9 * 2 + (0.1 * 14) / 3, 5);
    });
  }
});

test('batchNorm stays exact where the mean is large against the deviation', () => {
  const noise = randomTensor<tf.Tensor4D>('noise', [4, 8, 8, 2]);
  const run = (x: tf.Tensor4D) =>
    batchNorm(x, { ...fresh2(), scale: tf.ones([2]), offset: tf.zeros([2]), training: true });
  for (const way of availableWays().filter((name) => name !== 'raw')) {
    const [small, large] = withWay(way, () => [run(noise), run(tf.add(noise, 1000))]);
    // 1000 + noise is itself rounded to 6e-5.
    expect(largestDifference(small, large)).toBeLessThan(3e-4);
  }
});

function fresh2(): Record<'movingMean' | 'movingVariance', tf.Variable> {
  return { movingMean: tf.variable(tf.zeros([2]), false), movingVariance: tf.variable(tf.ones([2]), false) };
}

test('batchNorm gives equal bits for equal inputs', () => {
  const x = randomTensor<tf.Tensor4D>('bits', [8, 16, 16, 24]);
  const run = () =>
    batchNorm(x, { ...fresh24(), scale: tf.ones([24]), offset: tf.zeros([24]), training: true });
  expect(run().dataSync()).toEqual(run().dataSync());
});

function fresh24(): Record<'movingMean' | 'movingVariance', tf.Variable> {
  return {
    movingMean: tf.variable(tf.zeros([24]), false),
    movingVariance: tf.variable(tf.ones([24]), false),
  };
}

test('batchNorm agrees between the ways on an input that all threads share', () => {
  const x = randomTensor<tf.Tensor4D>('large', [4, 20, 20, 40]);
  const residual = randomTensor<tf.Tensor4D>('large-residual', [4, 20, 20, 40]);
  const run = () =>
    tf.tidy(() => {
      const moving = {
        movingMean: tf.variable(tf.zeros([40]), false),
        movingVariance: tf.variable(tf.ones([40]), false),
      };
      const parameters = { scale: tf.ones<tf.Rank.R1>([40]), offset: tf.zeros<tf.Rank.R1>([40]) };
      const f = (a: tf.Tensor, b: tf.Tensor) =>
        batchNorm(a as tf.Tensor4D, {
          ...moving,
          ...parameters,
          training: true,
          activation: 'relu',
          residual: b as tf.Tensor4D,
        })
          .square()
          .sum()
          .asScalar();
      return tf.grads(f)([x, residual]);
    });
  const [dx, dresidual] = withWay('plain', run);
  for (const way of availableWays()) {
    const found = withWay(way, run);
    expect(largestDifference(found[0], dx)).toBeLessThan(1e-4);
    expect(largestDifference(found[1], dresidual)).toBeLessThan(1e-4);
  }
});
