import * as tf from '@tensorflow/tfjs';
import { add } from '../ops/add.ts';
import { depthwiseConv2d } from '../ops/depthwise-conv.ts';
import { convNorm, normalization } from './conv-block.ts';
import { heNormal } from './initializers.ts';
import type { Layer } from './network.ts';
import type { Weights } from './weights.ts';

export interface InvertedResidualOptions {
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  /** Channels inside over those that come in. */
  readonly expansion: number;
}

/** 1×1 convolution, batch-norm, ReLU6. */
export function pointwise(weights: Weights, widths: { readonly in: number; readonly out: number }): Layer {
  const layer = convNorm(weights, { ...widths, kernel: 1, activation: 'none' });
  return (x, mode) => tf.relu6(layer(x, mode));
}

/**
 * Block of MobileNetV2 (Sandler et al., CVPR 2018): 1×1 up, 3×3 channel by channel, 1×1 down without activation; plus the
 * input, where shapes agree. Without expansion the first convolution is left out.
 */
export function invertedResidual(weights: Weights, options: InvertedResidualOptions): Layer {
  const { in: input, out, stride, expansion } = options;
  const inner = input * expansion;
  const expand: Layer =
    expansion === 1 ? (x) => x : pointwise(weights.scope('expand'), { in: input, out: inner });
  const spatial = depthwise(weights.scope('spatial'), inner, stride);
  const project = convNorm(weights.scope('project'), { in: inner, out, kernel: 1, activation: 'none' });
  const joined = stride === 1 && input === out;
  return (x, mode) => {
    const y = project(spatial(expand(x, mode), mode), mode);
    return joined ? add(x, y) : y;
  };
}

/** 3×3 convolution channel by channel, batch-norm, ReLU6. */
function depthwise(weights: Weights, channels: number, stride: number): Layer {
  // Each channel's filter sees nine values: its fan-in.
  const filter = weights.add('filter', [3, 3, channels, 1], heNormal(9)) as tf.Tensor4D;
  const normalize = normalization(weights.scope('norm'), { channels, activation: 'none' });
  return (x, mode) => tf.relu6(normalize(depthwiseConv2d(x, filter, { stride }), mode));
}
