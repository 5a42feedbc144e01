import * as tf from '@tensorflow/tfjs';
import { alias, differentiable } from './op.ts';
import { attribute, FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

const LAST_AXIS = [FLOAT_T, attribute.string('data_format', 'NHWC')];

/** x [..., channels] + bias [channels]. */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T {
  return choose({ raw: rawBias, plain: (a: tf.Tensor, b: tf.Tensor1D) => tf.add(a, b) })(x, bias) as T;
}

function rawBias(x: tf.Tensor, bias: tf.Tensor1D): tf.Tensor {
  return differentiable(
    { x, bias },
    () => raw('BiasAdd', LAST_AXIS, [x, bias]),
    (dy) => ({ x: () => alias(dy), bias: () => raw('BiasAddGrad', LAST_AXIS, [dy]) }),
  );
}
