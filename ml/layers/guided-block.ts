import * as tf from '@tensorflow/tfjs';
import { batchNorm } from '../ops/batch-norm.ts';
import { conv2d } from '../ops/conv.ts';
import { convTranspose2d } from '../ops/conv-transpose.ts';
import { multiply } from '../ops/multiply.ts';
import { relu } from '../ops/relu.ts';
import { EPSILON, MOMENTUM, type ConvolutionOptions } from './conv-block.ts';
import { detached } from './detached.ts';
import { constant, heNormal } from './initializers.ts';
import type { Layer } from './network.ts';
import type { Weights } from './weights.ts';

export interface GuidedBlock {
  readonly forward: Layer;
  /** What a guided gradient of the block's output is at its input: [b, h, w, out] → [b, h · stride, w · stride, in]. */
  back(gradient: tf.Tensor4D, output: tf.Tensor4D): tf.Tensor4D;
}

/**
 * Convolution, batch-norm and ReLU with a way back for guided backpropagation (Springenberg et al., Striving for
 * simplicity, ICLR 2015 workshop): ReLU lets a gradient pass where both its output and the gradient are positive.
 *
 * The way back is written out as operations forward, a transposed convolution, so that it has a gradient itself; taken off
 * a tape it would need second derivatives. Batch-norm is the moving statistics' scale there: what is salient in
 * an image does not depend on its batch.
 */
export function guidedBlock(weights: Weights, options: Omit<ConvolutionOptions, 'bias'>): GuidedBlock {
  const { kernel, in: input, out, stride = 1 } = options;
  const filter = weights.add('filter', [kernel, kernel, input, out], heNormal()) as tf.Tensor4D;
  const norm = {
    scale: weights.add('scale', [out], constant(1)) as tf.Variable<tf.Rank.R1>,
    offset: weights.add('offset', [out], constant(0)) as tf.Variable<tf.Rank.R1>,
    movingMean: weights.addStatistic('mean', [out], 0) as tf.Variable<tf.Rank.R1>,
    movingVariance: weights.addStatistic('variance', [out], 1) as tf.Variable<tf.Rank.R1>,
  };
  const settings = { ...norm, momentum: MOMENTUM, epsilon: EPSILON, activation: 'relu' } as const;
  return {
    forward: (x, { training }) => batchNorm(conv2d(x, filter, { stride }), { ...settings, training }),
    back(gradient, output) {
      const passed = multiply(relu(gradient), tf.step(detached(output)));
      const rate = norm.scale.mul(norm.movingVariance.add(EPSILON).rsqrt());
      return convTranspose2d(multiply(passed, rate.reshape([1, 1, 1, out])), filter, { stride });
    },
  };
}
