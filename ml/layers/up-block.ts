import type * as tf from '@tensorflow/tfjs';
import { addBias } from '../ops/bias.ts';
import { convTranspose2d } from '../ops/conv-transpose.ts';
import { conv2d } from '../ops/conv.ts';
import { joinRelu, type Biased } from '../ops/join-relu.ts';
import { normalization } from './conv-block.ts';
import { alikeAtEveryPixel, constant, heNormal } from './initializers.ts';
import type { LayerMode } from './network.ts';
import type { Weights } from './weights.ts';
import { InputError } from '../errors.ts';

interface Widths {
  readonly in: number;
  readonly out: number;
}

/** Transposed 2×2 convolution of stride 2 with bias: [b, h, w, in] to [b, 2h, 2w, out]. */
export function deconvolution(weights: Weights, widths: Widths): (x: tf.Tensor4D) => tf.Tensor4D {
  const deconvolve = biasedDeconvolution(weights, widths);
  return (x) => {
    const { map, bias } = deconvolve(x);
    return addBias(map, bias);
  };
}

/** The bias beside the map: what comes next adds it on its way. */
function biasedDeconvolution(weights: Weights, { in: input, out }: Widths): (x: tf.Tensor4D) => Biased {
  // Stride equals size: each output pixel sees one input pixel, so the fan-in is that pixel's channels.
  const initial = alikeAtEveryPixel(heNormal(input));
  const filter = weights.add('filter', [2, 2, out, input], initial) as tf.Tensor4D;
  const bias = weights.add('bias', [out], constant(0)) as tf.Variable<tf.Rank.R1>;
  return (x) => ({ map: convTranspose2d(x, filter, { stride: 2 }), bias });
}

/** 1×1 convolution with bias. */
function biasedProjection(weights: Weights, { in: input, out }: Widths): (x: tf.Tensor4D) => Biased {
  const filter = weights.add('filter', [1, 1, input, out], heNormal()) as tf.Tensor4D;
  const bias = weights.add('bias', [out], constant(0)) as tf.Variable<tf.Rank.R1>;
  return (x) => ({ map: conv2d(x, filter), bias });
}

export interface UpBlockOptions {
  readonly in: number;
  readonly skip: number;
  /** Channels of the result: half from below, half from the skip connection. */
  readonly out: number;
}

export type UpBlock = (x: tf.Tensor4D, skip: tf.Tensor4D, mode: LayerMode) => tf.Tensor4D;

/**
 * Step of the ResUnet decoder (Yu et al. 2019): deconvolution of the feature below beside a 1×1 convolution of the
 * skip connection, ReLU, then batch-norm (in this order). [b, h, w, in], [b, 2h, 2w, skip] → [b, 2h, 2w, out]
 */
export function upBlock(weights: Weights, { in: input, skip: skipChannels, out }: UpBlockOptions): UpBlock {
  if (out % 2 !== 0) throw new InputError(`an up-block needs an even number of channels: received ${out}`);
  const up = biasedDeconvolution(weights.scope('up'), { in: input, out: out / 2 });
  const across = biasedProjection(weights.scope('skip'), { in: skipChannels, out: out / 2 });
  const normalize = normalization(weights.scope('norm'), { channels: out, activation: 'none' });
  return (x, skip, mode) => normalize(joinRelu(up(x), across(skip)), mode);
}
