import type * as tf from '@tensorflow/tfjs';
import { convNorm, convolution } from '../layers/conv-block.ts';
import { constant, heNormal } from '../layers/initializers.ts';
import type { LayerMode } from '../layers/network.ts';
import { resnet, stagesOf, type ResnetConfig } from '../layers/resnet.ts';
import type { Weights } from '../layers/weights.ts';
import { addBias } from '../ops/bias.ts';
import { concatChannels } from '../ops/concat.ts';
import { convTranspose2d } from '../ops/conv-transpose.ts';
import { resizeBilinear } from '../ops/resize.ts';
import { sigmoid } from '../ops/sigmoid.ts';

export interface AttentionPredictionOptions {
  readonly trunk: ResnetConfig;
  /** Channels to which each stage is reduced, and of the convolution over all of them. */
  readonly lateral: number;
  readonly merged: number;
}

/**
 * First subnet of AG-CNN: where a physician would look. Every stage of a residual trunk, reduced and brought to the first
 * one's size, side by side; a convolution and a transposed one of stride 2. [b, h, w, 3] → [b, h/2, w/2, 1] in (0, 1)
 */
export function attentionPrediction(
  weights: Weights,
  { trunk, lateral, merged }: AttentionPredictionOptions,
): (x: tf.Tensor4D, mode: LayerMode) => tf.Tensor4D {
  const backbone = resnet(weights.scope('trunk'), { ...trunk, in: 3 });
  const reduce = trunk.widths.map((width, index) =>
    convolution(weights.scope(`lateral${index + 1}`), { in: width, out: lateral, kernel: 1, bias: true }),
  );
  const merge = convNorm(weights.scope('merge'), {
    in: trunk.widths.length * lateral,
    out: merged,
    kernel: 3,
  });
  const filter = weights.add('map/filter', [4, 4, 1, merged], heNormal(4 * merged)) as tf.Tensor4D;
  const bias = weights.add('map/bias', [1], constant(0)) as tf.Variable<tf.Rank.R1>;
  return (x, mode) => {
    const stages = stagesOf(backbone, backbone.stem(x, mode), mode);
    const [, height, width] = stages[0].shape;
    const maps = stages.map((stage, index) => resizeBilinear(reduce[index](stage), [height, width]));
    const all = merge(concatChannels(maps), mode); // [b, h/4, w/4, merged]
    return sigmoid(addBias(convTranspose2d(all, filter, { stride: 2 }), bias));
  };
}
