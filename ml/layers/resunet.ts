import type * as tf from '@tensorflow/tfjs';
import type { LayerMode } from './network.ts';
import type { ResnetConfig } from './resnet.ts';
import { deconvolution, upBlock } from './up-block.ts';
import type { Weights } from './weights.ts';

export interface ResunetDecoderOptions {
  readonly encoder: ResnetConfig;
  /** Channels after each up-block: 256 with ResNet50. */
  readonly width: number;
  /** Channels of the result. */
  readonly out: number;
}

/** Replaces the decoder's feature at a level 1..4, of B1's to B4's size, before it is deconvolved. */
export type Exchange = (level: number, feature: tf.Tensor4D) => tf.Tensor4D;

/** Stem and B1..B4 to logits of the image's size: [b, h, w, out]. */
export type ResunetDecoder = (
  features: readonly tf.Tensor4D[],
  mode: LayerMode,
  exchange?: Exchange,
) => tf.Tensor4D;

/**
 * Decoder of the ResUnet (Yu et al. 2019): four up-blocks from B4 through the skips B3, B2, B1 and stem, then a
 * deconvolution to the image's size. `features` are stem, B1, B2, B3, B4.
 */
export function resunetDecoder(weights: Weights, options: ResunetDecoderOptions): ResunetDecoder {
  const { encoder, width, out } = options;
  const channels = [encoder.stem, ...encoder.widths];
  const blocks = [3, 2, 1, 0].map((skip) =>
    upBlock(weights.scope(`up${skip}`), {
      in: skip === 3 ? channels[4] : width,
      skip: channels[skip],
      out: width,
    }),
  );
  const head = deconvolution(weights.scope('head'), { in: width, out });
  return (features, mode, exchange = (_, feature) => feature) => {
    let feature = features[4];
    for (const [index, block] of blocks.entries()) {
      const level = 4 - index;
      feature = block(exchange(level, feature), features[level - 1], mode);
    }
    return head(feature);
  };
}
