import * as tf from '@tensorflow/tfjs';
import { nativeSum } from './add.ts';
import { differentiable, same } from './op.ts';
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
    () => choose({ native: nativeSum, plain: rawSum })(x, bias),
    (dy) => ({ x: same(dy), bias: () => raw('BiasAddGrad', LAST_AXIS, [dy]) }),
  );
}

const rawSum = (x: tf.Tensor, bias: tf.Tensor): tf.Tensor => raw('BiasAdd', LAST_AXIS, [x, bias]);
