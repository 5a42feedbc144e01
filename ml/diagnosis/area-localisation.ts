import * as tf from '@tensorflow/tfjs';
import { averagePool } from '../layers/average-pool.ts';
import { guidedBlock, type GuidedBlock } from '../layers/guided-block.ts';
import { constant, heNormal } from '../layers/initializers.ts';
import type { LayerMode } from '../layers/network.ts';
import { smoothing } from '../layers/smoothing.ts';
import type { Weights } from '../layers/weights.ts';
import { addBias } from '../ops/bias.ts';
import { conv2d } from '../ops/conv.ts';
import { convTranspose2d } from '../ops/conv-transpose.ts';
import { multiply } from '../ops/multiply.ts';
import { resizeBilinear } from '../ops/resize.ts';

export interface AreaLocalisationOptions {
  /** Channels of the stem and of the four convolutions after it. */
  readonly stem: number;
  readonly widths: readonly [number, number, number, number];
  readonly saliency: 'cam' | 'guided-backprop';
  /** Size of the image, and the deviation in its pixels by which guided saliency is smoothed. */
  readonly height: number;
  readonly width: number;
  readonly sigma: number;
}

export interface LocalisedArea {
  /** [b] */
  readonly logit: tf.Tensor1D;
  /** What speaks for diagnosis 1, from 0 to 1 within each image: [b, h/2, w/2, 1]. */
  readonly saliency: tf.Tensor4D;
}

/** Strides of the four convolutions: an eighth of the image's size at the end, fine enough to localise. */
const STRIDES = [1, 2, 2, 1];

/**
 * Second subnet of AG-CNN: a small classifier of attended features, asked what in the image its logit rests on.
 *   `cam`: class activation map (Zhou et al., CVPR 2016), the logit before the mean over pixels;
 *   `guided-backprop`: its gradient for the image, guided, its length over colours, smoothed.
 * x [b, h, w, 3], gate [b, h/2, w/2, 1], a factor of the stem's features
 */
export function areaLocalisation(
  weights: Weights,
  options: AreaLocalisationOptions,
): (x: tf.Tensor4D, gate: tf.Tensor4D, mode: LayerMode) => LocalisedArea {
  const { height, width, sigma, widths } = options;
  const stem = guidedBlock(weights.scope('stem'), { in: 3, out: options.stem, kernel: 7, stride: 2 });
  const blocks = widths.map((out, index) => {
    const before = index === 0 ? options.stem : widths[index - 1];
    return guidedBlock(weights.scope(`${index + 1}`), { in: before, out, kernel: 3, stride: STRIDES[index] });
  });
  const filter = weights.add('logit/filter', [1, 1, widths[3], 1], heNormal()) as tf.Tensor4D;
  const bias = weights.add('logit/bias', [1], constant(0)) as tf.Variable<tf.Rank.R1>;
  const half: [number, number] = [height / 2, width / 2];
  const smooth = smoothing({ height: half[0], width: half[1] }, sigma / 2);

  return (x, gate, mode) => {
    const low = stem.forward(x, mode); // [b, h/2, w/2, stem]
    const outputs = forward(blocks, multiply(low, gate), mode);
    const evidence = addBias(conv2d(outputs.at(-1)!, filter), bias); // [b, h/8, w/8, 1]
    const logit: tf.Tensor1D = evidence.mean([1, 2, 3]);
    if (options.saliency === 'cam') return { logit, saliency: resizeBilinear(spread(evidence), half) };
    const top = convTranspose2d(tf.onesLike(evidence), filter, { stride: 1 });
    const attended = multiply(back(blocks, top, outputs), gate);
    return { logit, saliency: spread(smooth(averagePool(strength(stem.back(attended, low)), 2))) };
  };
}

function forward(blocks: readonly GuidedBlock[], x: tf.Tensor4D, mode: LayerMode): tf.Tensor4D[] {
  const outputs: tf.Tensor4D[] = [];
  for (const block of blocks) outputs.push(block.forward(outputs.at(-1) ?? x, mode));
  return outputs;
}

function back(
  blocks: readonly GuidedBlock[],
  gradient: tf.Tensor4D,
  outputs: readonly tf.Tensor4D[],
): tf.Tensor4D {
  return blocks.reduceRight((passed, block, index) => block.back(passed, outputs[index]), gradient);
}

/** Length over colours, with a gradient also where it is zero: [b, h, w, 3] → [b, h, w, 1] */
function strength(gradient: tf.Tensor4D): tf.Tensor4D {
  const squared: tf.Tensor4D = gradient.square().sum(3, true);
  return squared.add<tf.Tensor4D>(1e-12).sqrt();
}

/** Each map from 0 at its smallest to 1 at its largest value; an even one is 0. */
function spread(map: tf.Tensor4D): tf.Tensor4D {
  const [low, high] = [map.min([1, 2], true), map.max([1, 2], true)];
  return map.sub(low).div(high.sub(low).add(1e-6));
}
