import type * as tf from '@tensorflow/tfjs';
import { convNorm } from './conv-block.ts';
import type { Layer, LayerMode } from './network.ts';
import type { Weights } from './weights.ts';

export interface ResidualBlockOptions {
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  readonly passes?: number;
}

/** Width of a bottleneck's middle, as a share of its output (He et al. 2016). */
const EXPANSION = 4;

/**
 * Bottleneck block (He et al., "Deep residual learning for image recognition", CVPR 2016): 1×1 down, 3×3, 1×1 up,
 * plus the input. The stride stands on the 3×3 convolution, as in all common implementations since (the publication
 * has it on the first 1×1, which drops three pixels of four unseen).
 */
export function bottleneckBlock(weights: Weights, options: ResidualBlockOptions): Layer {
  const { in: input, out, stride, passes } = options;
  const middle = Math.max(1, Math.round(out / EXPANSION));
  const reduce = convNorm(weights.scope('reduce'), { in: input, out: middle, kernel: 1, passes });
  const spatial = convNorm(weights.scope('spatial'), { in: middle, out: middle, kernel: 3, stride, passes });
  const expand = convNorm(weights.scope('expand'), { in: middle, out, kernel: 1, passes });
  const shortcut = shortcutOf(weights, options);
  return (x, mode) => expand(spatial(reduce(x, mode), mode), mode, shortcut(x, mode));
}

/** Basic block of ResNet18 and ResNet34: two 3×3 convolutions plus the input. */
export function basicBlock(weights: Weights, options: ResidualBlockOptions): Layer {
  const { in: input, out, stride, passes } = options;
  const first = convNorm(weights.scope('first'), { in: input, out, kernel: 3, stride, passes });
  const second = convNorm(weights.scope('second'), { in: out, out, kernel: 3, passes });
  const shortcut = shortcutOf(weights, options);
  return (x, mode) => second(first(x, mode), mode, shortcut(x, mode));
}

/** The input itself, or projected where its shape changes. */
function shortcutOf(
  weights: Weights,
  options: ResidualBlockOptions,
): (x: tf.Tensor4D, m: LayerMode) => tf.Tensor4D {
  const { in: input, out, stride, passes } = options;
  if (input === out && stride === 1) return (x) => x;
  return convNorm(weights.scope('shortcut'), {
    in: input,
    out,
    kernel: 1,
    stride,
    activation: 'none',
    passes,
  });
}
