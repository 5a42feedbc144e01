import * as tf from '@tensorflow/tfjs';
import { averagePool } from '../layers/average-pool.ts';
import { convolution } from '../layers/conv-block.ts';
import { tokenDense } from '../layers/dense-layer.ts';
import { detached } from '../layers/detached.ts';
import type { Mode, NetworkInput } from '../layers/network.ts';
import { listTokens, tokenGrid, tokenPositions } from '../layers/token-grid.ts';
import { UNET_STRIDES, unetFeatures, type UnetOptions } from '../layers/unet.ts';
import type { Weights } from '../layers/weights.ts';
import { meanBce } from '../ops/bce.ts';
import type { Tokens } from './sea-block.ts';

export interface SegmentationTokensOptions extends Pick<NetworkInput, 'height' | 'width' | 'structures'> {
  readonly widths: UnetOptions['widths'];
  readonly tokenWidth: number;
  /** Tokens of a scale at most. */
  readonly most: number;
  /** Reads the image alone and learns from its own loss alone, instead of reading image and mask and learning from all. */
  readonly fromImage: boolean;
  /** Draws masks, so that they have a loss. */
  readonly draws: boolean;
}

export interface Segmentation {
  /** Features of all scales as one list. */
  readonly tokens: Tokens;
  /** Cross-entropy of the masks that it draws, mean over images, pixels and structures; absent where it draws none. */
  readonly loss?: () => tf.Scalar;
}

/**
 * Segmentation network of SeATrans: a U-Net whose features of all scales become tokens. The masks that it draws, a 1×1
 * convolution on its finest features, are held to the given mask at a quarter of the image's size.
 * image [b, h, w, 3], mask [b, h, w, C]
 */
export function segmentationTokens(
  weights: Weights,
  { height, width, structures, widths, tokenWidth, most, fromImage, draws }: SegmentationTokensOptions,
): (input: { image: tf.Tensor4D; mask: tf.Tensor4D }, mode: Mode) => Segmentation {
  const features = unetFeatures(weights.scope('unet'), { in: fromImage ? 3 : 3 + structures, widths });
  const grids = UNET_STRIDES.map((stride) => tokenGrid(height / stride, width / stride, most));
  // The bias of each scale's projection is that scale's embedding.
  const project = grids.map((_, index) =>
    tokenDense(weights.scope(`scale${index + 1}`), { in: widths[index + 1], out: tokenWidth }),
  );
  const draw = draws
    ? convolution(weights.scope('masks'), { in: widths[1], out: structures, kernel: 1, bias: true })
    : undefined;
  return ({ image, mask }, mode) => {
    const maps = features(fromImage ? image : [image, mask], mode);
    const read = fromImage ? maps.map(detached) : maps;
    const lists = read.map((map, index) => project[index](listTokens(map, grids[index])));
    return {
      tokens: { tokens: tf.concat(lists, 1), position: tokenPositions(grids, tokenWidth) },
      loss: draw && (() => meanBce(draw(maps[0]), averagePool(mask, UNET_STRIDES[0]))),
    };
  };
}
