import type * as tf from '@tensorflow/tfjs';
import type { Maps } from '../ops/conv.ts';
import { convNorm } from './conv-block.ts';
import type { LayerMode } from './network.ts';
import { upBlock } from './up-block.ts';
import type { Weights } from './weights.ts';

export interface UnetOptions {
  readonly in: number;
  /** Channels of the encoder at 1/2, 1/4, 1/8 and 1/16 of the image's size; the decoder's are the same, level by level. */
  readonly widths: readonly [number, number, number, number];
}

/** Strides of the features that `unetFeatures` gives, finest first. */
export const UNET_STRIDES = [4, 8, 16];

/**
 * Features of a U-Net (Ronneberger et al., MICCAI 2015): an encoder of two convolutions a level, the first of stride 2, and
 * a decoder that joins each level to what comes up from below. x [b, h, w, in] → decoder at strides 4, 8 and 16, the last
 * the bottom itself.
 */
export function unetFeatures(
  weights: Weights,
  { in: input, widths }: UnetOptions,
): (x: Maps, mode: LayerMode) => tf.Tensor4D[] {
  const encoder = widths.map((out, index) =>
    encoderLevel(weights.scope(`down${index + 1}`), { in: index === 0 ? input : widths[index - 1], out }),
  );
  const [up4, up8] = [1, 2].map((level) =>
    upBlock(weights.scope(`up${level + 1}`), {
      in: widths[level + 1],
      skip: widths[level],
      out: widths[level],
    }),
  );
  return (x, mode) => {
    const down: tf.Tensor4D[] = [];
    for (const level of encoder) down.push(level(down.at(-1) ?? x, mode));
    const [, quarter, eighth, bottom] = down;
    const low = up8(bottom, eighth, mode);
    return [up4(low, quarter, mode), low, bottom];
  };
}

function encoderLevel(weights: Weights, widths: { readonly in: number; readonly out: number }) {
  const { in: input, out } = widths;
  const first = convNorm(weights.scope('first'), { in: input, out, kernel: 3, stride: 2 });
  const second = convNorm(weights.scope('second'), { in: out, out, kernel: 3 });
  return (x: Maps, mode: LayerMode): tf.Tensor4D => second(first(x, mode), mode);
}
