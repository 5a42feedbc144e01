import type * as tf from '@tensorflow/tfjs';
import { convNorm, convolution } from '../layers/conv-block.ts';
import type { LayerMode } from '../layers/network.ts';
import type { Weights } from '../layers/weights.ts';
import { concatChannels } from '../ops/concat.ts';
import { resizeBilinear } from '../ops/resize.ts';
import { sigmoid } from '../ops/sigmoid.ts';

export interface ImplicitMapOptions {
  /** Channels of B2 and B3, and of the convolution on both. */
  readonly eighth: number;
  readonly sixteenth: number;
  readonly inner: number;
}

/** The student's implicit map, from B2 and B3: [b, h/8, w/8, 1] in (0, 1). */
export function implicitMap(
  weights: Weights,
  { eighth, sixteenth, inner }: ImplicitMapOptions,
): (features: readonly tf.Tensor4D[], mode: LayerMode) => tf.Tensor4D {
  const merge = convNorm(weights.scope('merge'), { in: eighth + sixteenth, out: inner, kernel: 3 });
  const toMap = convolution(weights.scope('out'), { in: inner, out: 1, kernel: 1, bias: true });
  return ([, b2, b3], mode) => {
    const [, height, width] = b2.shape;
    const both = concatChannels([b2, resizeBilinear(b3, [height, width])]);
    return sigmoid(toMap(merge(both, mode)));
  };
}
