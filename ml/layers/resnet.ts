import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { maxPool } from '../ops/max-pool.ts';
import type { Maps } from '../ops/conv.ts';
import { convNorm, sequence } from './conv-block.ts';
import type { Layer, LayerMode } from './network.ts';
import { basicBlock, bottleneckBlock } from './residual-block.ts';
import type { Weights } from './weights.ts';

const width = z.int().min(1);

/** A residual network: ResNet50 by default (He et al., CVPR 2016, table 1). */
export const resnetConfig = z.strictObject({
  block: z.enum(['bottleneck', 'basic']).default('bottleneck').meta({
    description:
      'The block that the stages repeat. bottleneck: three convolutions, the middle one narrow. basic: two 3×3 convolutions.',
    source: 'Bottleneck in ResNet50 (He et al., CVPR 2016, table 1).',
  }),
  stem: width.default(64).meta({
    description: 'Width of the stem, the first convolution, at half the image size.',
    source: 'ResNet50 (He et al., CVPR 2016, table 1).',
    unit: 'channels',
  }),
  widths: z.tuple([width, width, width, width]).default([256, 512, 1024, 2048]).meta({
    description: 'Widths of the stages B1 to B4, at 1/4, 1/8, 1/16 and 1/32 of the image size.',
    source: 'ResNet50 (He et al., CVPR 2016, table 1).',
    unit: 'channels',
  }),
  blocks: z.tuple([width, width, width, width]).default([3, 4, 6, 3]).meta({
    description: 'Number of blocks in the stages B1 to B4.',
    source: 'ResNet50 (He et al., CVPR 2016, table 1).',
    unit: 'blocks',
  }),
});
export type ResnetConfig = z.infer<typeof resnetConfig>;

/** All widths divided by 8 and one block a stage (baselines.md, section 0): minutes on two cores. */
export const demoResnet: ResnetConfig = {
  block: 'bottleneck',
  stem: 8,
  widths: [32, 64, 128, 256],
  blocks: [1, 1, 1, 1],
};

export interface Resnet {
  /** 7×7 convolution of stride 2: [b, h, w, in] to [b, h/2, w/2, stem]. */
  readonly stem: (x: Maps, mode: LayerMode) => tf.Tensor4D;
  /** Stage B1..B4 by index 0..3; the first begins with the max-pool, so that it takes the stem's output. */
  readonly stages: readonly Layer[];
}

export interface ResnetOptions extends ResnetConfig {
  /** Channels of the input. */
  readonly in: number;
  /** Passes with batch statistics of their own; the stem has one. */
  readonly passes?: number;
}

export function resnet(weights: Weights, options: ResnetOptions): Resnet {
  const stem = convNorm(weights.scope('stem'), { in: options.in, out: options.stem, kernel: 7, stride: 2 });
  const stages = options.widths.map((_, index) => stage(weights.scope(`b${index + 1}`), options, index));
  return { stem, stages };
}

function stage(weights: Weights, options: ResnetOptions, index: number): Layer {
  const { widths, stem, passes } = options;
  const block = options.block === 'basic' ? basicBlock : bottleneckBlock;
  const before = index === 0 ? stem : widths[index - 1];
  const out = widths[index];
  const layers = Array.from({ length: options.blocks[index] }, (_, i) =>
    block(weights.scope(`${i + 1}`), {
      in: i === 0 ? before : out,
      out,
      stride: i === 0 && index > 0 ? 2 : 1,
      passes,
    }),
  );
  if (index > 0) return sequence(layers);
  return sequence([(x) => maxPool(x, { size: 3, stride: 2 }), ...layers]);
}

/** The outputs of B1..B4 for the stem's output. */
export function stagesOf({ stages }: Resnet, stemOutput: tf.Tensor4D, mode: LayerMode): tf.Tensor4D[] {
  const outputs: tf.Tensor4D[] = [];
  for (const layer of stages) outputs.push(layer(outputs.at(-1) ?? stemOutput, mode));
  return outputs;
}
