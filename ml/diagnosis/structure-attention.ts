import type * as tf from '@tensorflow/tfjs';
import { convolution } from '../layers/conv-block.ts';
import { constant } from '../layers/initializers.ts';
import { add } from '../ops/add.ts';
import { concatChannels } from '../ops/concat.ts';
import { multiply } from '../ops/multiply.ts';
import { relu } from '../ops/relu.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import type { Weights } from '../layers/weights.ts';

export interface StructureAttentionOptions {
  /** Channels of the feature that is attended. */
  readonly feature: number;
  /** Channels of u, and length of the vector of high-level features. */
  readonly width: number;
  /** Channels of the two convolutions that embed the mask. */
  readonly embedding: readonly [number, number];
  /** Initial weight κ of the mask itself in the attention's logit; 0 leaves it out. */
  readonly maskPrior: number;
}

/**
 * Where to look for the sake of one structure (Zhou et al. 2019, lesion attention):
 *   u = ReLU(conv3(e(mask) ⊕ feature)),   α = sigmoid(conv1(u ⊙ high)),
 * with e two 3×3 convolutions on the mask and `high` a vector of the image as a whole. With a mask prior the logit has
 * the further term κ · (2 · mask − 1), κ learned, so that attention begins at the structure instead of everywhere.
 * mask [b, h', w', 1], feature [b, h', w', feature], high [b, width] → α [b, h', w', 1] in (0, 1)
 */
export function structureAttention(
  weights: Weights,
  { feature: channels, width, embedding: [first, second], maskPrior }: StructureAttentionOptions,
): (mask: tf.Tensor4D, feature: tf.Tensor4D, high: tf.Tensor2D) => tf.Tensor4D {
  const embedFirst = convolution(weights.scope('embed1'), { in: 1, out: first, kernel: 3, bias: true });
  const embedSecond = convolution(weights.scope('embed2'), { in: first, out: second, kernel: 3, bias: true });
  const joint = convolution(weights.scope('joint'), {
    in: second + channels,
    out: width,
    kernel: 3,
    bias: true,
  });
  const toMap = convolution(weights.scope('map'), { in: width, out: 1, kernel: 1, bias: true });
  const prior = maskPrior === 0 ? undefined : weights.add('prior', [], constant(maskPrior));
  return (mask, feature, high) => {
    const embedded: tf.Tensor4D = relu(embedSecond(relu(embedFirst(mask))));
    const u = relu(joint(concatChannels([embedded, feature])));
    const logit = toMap(multiply(u, high.reshape([high.shape[0], 1, 1, width])));
    if (!prior) return sigmoid(logit);
    // κ · (2 · mask − 1) as 2κ · mask − κ
    const scale: tf.Tensor4D = prior.reshape([1, 1, 1, 1]);
    return sigmoid(add(logit, multiply(mask, scale.mul(2))).sub(scale));
  };
}
