import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { batchNorm, type BatchNormOptions } from './batch-norm.ts';
import { conv2d } from './conv.ts';
import { convNorm2d } from './conv-norm.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

const [IN, OUT] = [2, 3];

const moving = () => ({
  movingMean: tf.variable(tf.tensor1d([0.1, -0.2, 0.3]), false),
  movingVariance: tf.variable(tf.tensor1d([1.5, 0.5, 2]), false),
});

type Form = typeof convNorm2d;
const apart: Form = (x, filter, conv, norm) => batchNorm(conv2d(x, filter, conv), norm);

interface Mode {
  readonly training: boolean;
  readonly activation: 'relu' | 'none';
  readonly residual: boolean;
  readonly stride: number;
}

/** The two operations as one, or apart, as a function of the tensors that want a gradient. */
function operation(form: Form, { training, activation, stride }: Mode) {
  return (x: tf.Tensor, filter: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, residual?: tf.Tensor) => {
    const statistics = moving();
    const norm = { ...statistics, scale, offset, residual, training, activation } as BatchNormOptions;
    const y = form(x as tf.Tensor4D, filter as tf.Tensor4D, { stride }, norm);
    tf.dispose(statistics);
    return y;
  };
}

/** Inputs whose sums before relu are far from 0, where finite differences would cross the kink. */
function inputs({ residual, stride, activation }: Mode): tf.Tensor[] {
  const far = activation === 'relu' ? 9 : 0;
  const shape = [2, 6 / stride, 4 / stride, OUT];
  return [
    randomTensor('x', [2, 6, 4, IN]),
    randomTensor('filter', [3, 3, IN, OUT]),
    tf.tensor1d([1.2, -0.8, 0.6]),
    tf.tensor1d([far, -far, far]),
    ...(residual ? [randomTensor('residual', shape)] : []),
  ];
}

const modes: Mode[] = [true, false].flatMap((training) =>
  (['relu', 'none'] as const).flatMap((activation) =>
    [true, false].map((residual, i) => ({ training, activation, residual, stride: 1 + i })),
  ),
);

describe.each(modes)(
  'convNorm2d with training $training, activation $activation, residual $residual, stride $stride',
  (mode) => {
    test('has the gradients of finite differences, by every way', () =>
      // Sums of 18 products, normalised: rounding of 1e-6 and less.
      expectRight(operation(convNorm2d, mode), inputs(mode), 2e-4));
    test('leaks no tensor', () => expectNoLeak(operation(convNorm2d, mode), inputs(mode)));
    test('gives the bits of convolution and norm one after the other', () => {
      const run = (form: Form) => valueAndGradients(operation(form, mode), inputs(mode));
      const [one, two] = [run(convNorm2d), run(apart)];
      one.forEach((tensor, i) => expect([i, tensor.dataSync()]).toEqual([i, two[i].dataSync()]));
    });
  },
);

function valueAndGradients(op: (...x: tf.Tensor[]) => tf.Tensor, given: tf.Tensor[]): tf.Tensor[] {
  const value = op(...given);
  return [value, ...tf.grads(op)(given, randomTensor('dy', value.shape))];
}

test('convNorm2d moves the statistics as batchNorm does', () => {
  for (const way of availableWays()) {
    const [one, two] = [convNorm2d, apart].map((form) =>
      withWay(way, () => {
        const statistics = moving();
        const parameters = { scale: tf.ones<tf.Rank.R1>([OUT]), offset: tf.zeros<tf.Rank.R1>([OUT]) };
        const x = randomTensor<tf.Tensor4D>('x', [2, 6, 4, IN]);
        const filter = randomTensor<tf.Tensor4D>('filter', [3, 3, IN, OUT]);
        form(x, filter, {}, { ...statistics, ...parameters, training: true });
        return [...statistics.movingMean.dataSync(), ...statistics.movingVariance.dataSync()];
      }),
    );
    expect([way, one]).toEqual([way, two]);
    expect(one[0]).not.toBeCloseTo(0.1, 4);
  }
});

test('with all else frozen, the input gets the gradient that it has beside the others', () => {
  const mode: Mode = { training: false, activation: 'relu', residual: false, stride: 1 };
  const [x, ...frozen] = inputs(mode);
  const [all] = valueAndGradients(operation(convNorm2d, mode), [x, ...frozen]).slice(1);
  const dy = randomTensor('dy', [2, 6, 4, OUT]);
  for (const way of availableWays()) {
    const op = (v: tf.Tensor) =>
      operation(convNorm2d, mode)(v, ...(frozen as [tf.Tensor, tf.Tensor, tf.Tensor]));
    const alone = withWay(way, () => tf.grad(op)(x, dy));
    // Another backend's convolution sums its 27 products in another order.
    expect(largestDifference(alone, all)).toBeLessThan(1e-4);
  }
});

test('convNorm2d names the shapes where a residual does not fit', () => {
  const [x, filter, scale, offset] = inputs(modes[0]);
  const norm = { ...moving(), scale, offset, residual: tf.zeros([2, 6, 4, 5]), training: true };
  expect(() => convNorm2d(x as tf.Tensor4D, filter as tf.Tensor4D, {}, norm as BatchNormOptions)).toThrow(
    'batchNorm: residual [2, 6, 4, 5] for x [2, 6, 4, 3]',
  );
});
