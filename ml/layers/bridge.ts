import * as tf from '@tensorflow/tfjs';
import { attentionBlock } from './attention-block.ts';
import { fromTokens, toTokens } from './patch-tokens.ts';
import { positionalEncoding } from './positional-encoding.ts';
import type { Weights } from './weights.ts';

export interface BridgeOptions {
  /** Channels of the map that asks, and of the map that is read. */
  readonly query: number;
  readonly value: number;
  readonly patch: number;
  readonly heads: number;
  readonly equationsOnly: boolean;
}

export type Bridge = (query: tf.Tensor4D, value: tf.Tensor4D) => tf.Tensor4D;

/**
 * Give (paper, equations 6 to 9): the segmentation encoder's feature asks the diagnosis feature of the same level;
 * what comes back has the diagnosis feature's size. [b, h, w, query], [b, h, w, value] → [b, h, w, value]
 */
export const give = (weights: Weights, options: BridgeOptions): Bridge => bridge(weights, options);

/**
 * Take (paper, equation 10): what Give returned asks the decoder's feature, which the result replaces before the
 * next deconvolution. [b, h, w, query], [b, h, w, value] → [b, h, w, value]
 */
export const take = (weights: Weights, options: BridgeOptions): Bridge => bridge(weights, options);

/** Both are one attention block between the patch tokens of two maps of equal height and width. */
function bridge(weights: Weights, { query, value, patch, heads, equationsOnly }: BridgeOptions): Bridge {
  const area = patch * patch;
  const widths = { query: query * area, value: value * area };
  const block = attentionBlock(weights, { ...widths, heads, equationsOnly });
  return (asking, read) => {
    const [, height, width] = read.shape;
    const position = (channels: number): tf.Tensor3D => {
      const [rows, columns] = [height / patch, width / patch];
      return tf.tensor3d(positionalEncoding(rows, columns, channels), [rows, columns, channels]);
    };
    const tokens = block({
      query: toTokens(asking, patch),
      value: toTokens(read, patch),
      queryPosition: position(widths.query),
      keyPosition: position(widths.value),
    });
    return fromTokens(tokens, patch);
  };
}
