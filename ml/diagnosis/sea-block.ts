import type * as tf from '@tensorflow/tfjs';
import { attentionBlock } from '../layers/attention-block.ts';
import { tokenDense } from '../layers/dense-layer.ts';
import { listTokens, tokenMap, tokenPositions, type TokenGrid } from '../layers/token-grid.ts';
import type { Weights } from '../layers/weights.ts';
import { add } from '../ops/add.ts';
import { resizeBilinear } from '../ops/resize.ts';

export interface SeaBlockOptions {
  /** Channels of the diagnosis feature, and how it becomes tokens. */
  readonly feature: number;
  readonly grid: TokenGrid;
  /** Width of the tokens. */
  readonly width: number;
  readonly heads: number;
}

/** Tokens [b, n, 1, width] and their positions [n, 1, width]. */
export interface Tokens {
  readonly tokens: tf.Tensor4D;
  readonly position: tf.Tensor3D;
}

/** Width inside the feed-forward layers over that of the tokens. */
const EXPANSION = 2;

/**
 * Block of SeATrans: the encoder's queries are tokens of the segmentation, which gather what the diagnosis feature holds at
 * them; the decoder carries that back to the places of the diagnosis feature, to which it is added.
 * feature [b, h, w, c], segmentation tokens → [b, h, w, c]
 */
export function seaBlock(
  weights: Weights,
  { feature: channels, grid, width, heads }: SeaBlockOptions,
): (feature: tf.Tensor4D, segmentation: Tokens) => tf.Tensor4D {
  const options = { query: width, value: width, heads, hidden: EXPANSION * width, equationsOnly: false };
  const toTokens = tokenDense(weights.scope('in'), { in: channels, out: width });
  const encoder = attentionBlock(weights.scope('encoder'), options);
  const decoder = attentionBlock(weights.scope('decoder'), options);
  const fromTokens = tokenDense(weights.scope('out'), { in: width, out: channels });
  return (feature, segmentation) => {
    const [, height, columns] = feature.shape;
    const diagnosis = {
      tokens: toTokens(listTokens(feature, grid)),
      position: tokenPositions([grid], width),
    };
    const embedded = encoder(asks(segmentation, diagnosis));
    const carried = decoder(asks(diagnosis, { tokens: embedded, position: segmentation.position }));
    const map = tokenMap(fromTokens(carried), grid);
    return add(feature, grid.factor === 1 ? map : resizeBilinear(map, [height, columns]));
  };
}

const asks = (query: Tokens, read: Tokens) => ({
  query: query.tokens,
  value: read.tokens,
  queryPosition: query.position,
  keyPosition: read.position,
});
