import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { convolution, sequence } from '../layers/conv-block.ts';
import { invertedResidual, pointwise } from '../layers/inverted-residual.ts';
import type { LayerMode } from '../layers/network.ts';
import type { Weights } from '../layers/weights.ts';
import { concatChannels } from '../ops/concat.ts';
import { sigmoid } from '../ops/sigmoid.ts';

const count = z.int().min(1);
const seven = z.tuple([count, count, count, count, count, count, count]);

/** Widths of the teacher: MobileNetV2's stages (Sandler et al., CVPR 2018), as in the authors' code. */
export const teacherConfig = z.strictObject({
  stem: count.default(32).meta({
    description: 'Width of the first 1×1 convolution.',
    source: "MobileNetV2, as in the authors' code.",
    unit: 'channels',
  }),
  widths: seven.default([16, 24, 32, 64, 96, 160, 320]).meta({
    description: 'Widths of the seven stages.',
    source: "MobileNetV2, as in the authors' code.",
    unit: 'channels',
  }),
  blocks: seven.default([1, 2, 3, 4, 3, 3, 1]).meta({
    description: 'Number of inverted residual blocks in the seven stages.',
    source: "MobileNetV2, as in the authors' code.",
    unit: 'blocks',
  }),
  top: count.default(1280).meta({
    description: 'Width of the last 1×1 convolution before the map.',
    source: "MobileNetV2, as in the authors' code.",
    unit: 'channels',
  }),
});
export type TeacherConfig = z.infer<typeof teacherConfig>;

/** Of the seven stages; the last four of MobileNetV2 stay at an eighth of the image's size. */
const STRIDES = [1, 2, 2, 2, 1, 1, 1];
const EXPANSIONS = [1, 6, 6, 6, 6, 6, 6];

export interface TeacherInput {
  /** Normalised: [b, h, w, 3]. */
  readonly image: tf.Tensor4D;
  readonly mask: tf.Tensor4D; // [b, h, w, C]
  /** The diagnosis, or a guess in [0, 1]: [b]. */
  readonly label: tf.Tensor1D;
}

/** Image, mask and label, the label as an even map, to an implicit map [b, h/8, w/8, 1] in (0, 1). */
export function implicitTeacher(
  weights: Weights,
  { structures, ...config }: TeacherConfig & { readonly structures: number },
): (input: TeacherInput, mode: LayerMode) => tf.Tensor4D {
  const { widths, blocks, top } = config;
  const stages = widths.map((out, index) => {
    const before = index === 0 ? config.stem : widths[index - 1];
    const each = Array.from({ length: blocks[index] }, (_, i) =>
      invertedResidual(weights.scope(`${index + 1}/${i + 1}`), {
        in: i === 0 ? before : out,
        out,
        stride: i === 0 ? STRIDES[index] : 1,
        expansion: EXPANSIONS[index],
      }),
    );
    return sequence(each);
  });
  const network = sequence([
    pointwise(weights.scope('stem'), { in: 1 + 3 + structures, out: config.stem }),
    ...stages,
    pointwise(weights.scope('top'), { in: widths[6], out: top }),
    convolution(weights.scope('map'), { in: top, out: 1, kernel: 1, bias: true }),
  ]);
  return ({ image, mask, label }, mode) => {
    const [batch, height, width] = image.shape;
    const even: tf.Tensor4D = label.reshape([batch, 1, 1, 1]).tile([1, height, width, 1]);
    return sigmoid(network(concatChannels([even, image, mask]), mode));
  };
}
