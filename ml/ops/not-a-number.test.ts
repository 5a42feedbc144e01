import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { batchNorm } from './batch-norm.ts';
import { joinRelu } from './join-relu.ts';
import { relu } from './relu.ts';
import { availableWays, withWay } from './way.ts';

beforeAll(() => loadBackend());

/** Ten maps of 4 × 4 pixels and three channels, above and below zero, one number of which is none. */
function broken(): tf.Tensor4D {
  const values = Array.from({ length: 480 }, (_, k) => ((k * 37) % 97) - 48);
  values[123] = NaN;
  return tf.tensor4d(values, [10, 4, 4, 3]);
}

const ones = (): tf.Tensor1D => tf.ones([3]);
const norm = (training: boolean, residual?: tf.Tensor4D) => (x: tf.Tensor4D) =>
  batchNorm(x, {
    scale: ones(),
    offset: tf.zeros([3]),
    movingMean: tf.variable(tf.zeros([3]), false),
    movingVariance: tf.variable(ones(), false),
    training,
    activation: 'relu',
    residual,
  });

// TensorFlow's own maxPool drops a single NaN; a network's broken weight spoils more than one (see training/loop.test.ts).
// max(x, 0) written carelessly takes NaN for zero: a broken network would then train on in silence.
test.each<[string, (x: tf.Tensor4D) => tf.Tensor]>([
  ['relu', relu],
  ['joinRelu', (x) => joinRelu({ map: x, bias: ones() }, { map: tf.onesLike(x), bias: ones() })],
  ['batchNorm in training', norm(true)],
  ['batchNorm', norm(false)],
  ['batchNorm with a residual', (x) => norm(false, tf.onesLike(x))(x)],
])('%s lets NaN through, every way of it', (_, op) => {
  for (const way of availableWays()) {
    const found = tf.tidy(() => withWay(way, () => op(broken()).dataSync()));
    expect([way, found.some(Number.isNaN)]).toEqual([way, true]);
  }
});
