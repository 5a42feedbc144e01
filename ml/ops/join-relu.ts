import * as tf from '@tensorflow/tfjs';
import { addBias } from './bias.ts';
import { differentiable } from './op.ts';
import { raw, rawMany } from './raw.ts';
import { relu } from './relu.ts';
import { choose } from './way.ts';

/** A map and the bias of its channels. */
export interface Biased {
  readonly map: tf.Tensor4D; // [batch, h, w, channels]
  readonly bias: tf.Tensor1D; // [channels]
}

/** relu of two maps side by side: relu(concat(a + bias, b + bias)), channels of a first. [batch, h, w, a + b] */
export function joinRelu(a: Biased, b: Biased): tf.Tensor4D {
  return choose({ native: nativeJoin, plain: plainJoin })(a, b);
}

function plainJoin(a: Biased, b: Biased): tf.Tensor4D {
  return relu(tf.concat([addBias(a.map, a.bias), addBias(b.map, b.bias)], 3));
}

function nativeJoin(a: Biased, b: Biased): tf.Tensor4D {
  return differentiable(
    { a: a.map, biasA: a.bias, b: b.map, biasB: b.bias },
    (save) => {
      const y = raw('ConsiliumJoinRelu', [], [a.map, a.bias, b.map, b.bias]);
      save([y, a.bias, b.bias]);
      return y;
    },
    (dy, saved) => {
      const [da, biasA, db, biasB] = rawMany('ConsiliumJoinReluGradient', [], [dy, ...saved], 4);
      return { a: da, biasA, b: db, biasB };
    },
  ) as tf.Tensor4D;
}
