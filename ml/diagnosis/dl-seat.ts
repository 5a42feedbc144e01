import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { logitLayer } from '../layers/dense-layer.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type NetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig } from '../layers/resnet.ts';
import { tokenGrid } from '../layers/token-grid.ts';
import { UNET_STRIDES } from '../layers/unet.ts';
import { createWeights } from '../layers/weights.ts';
import { diagnosisLoss, type DiagnosisTarget } from '../losses/diagnosis-loss.ts';
import type { Losses } from '../losses/losses.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { byDiagnosisLoss } from './by-diagnosis-loss.ts';
import type { DiagnosisNetwork, DiagnosisOutput, GradientDiagnosisModel } from './diagnosis-model.ts';
import { seaBlock } from './sea-block.ts';
import { segmentationTokens } from './segmentation-tokens.ts';

const width = z.int().min(1);

const settings = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The diagnosis network.',
    source: 'The paper uses ResNet50 for every network.',
  }),
  unet: z.tuple([width, width, width, width]).default([32, 64, 128, 256]).meta({
    description: 'Widths of the segmentation network, at 1/2 to 1/16 of the image size.',
    source: 'Our choice: the publication does not state them.',
    unit: 'channels',
  }),
  tokenWidth: z.int().min(4).default(256).meta({
    description: 'Width of the tokens.',
    source: 'Our choice: the publication does not state it.',
    unit: 'channels',
  }),
  heads: z.int().min(1).default(8).meta({
    description: 'Number of attention heads.',
    source: 'Our choice: the publication does not state their number.',
    unit: 'heads',
  }),
  tokens: z.int().min(1).default(256).meta({
    description: 'Maximum number of tokens per map. Larger maps are averaged over squares.',
    source: 'Our choice, to bound memory and time.',
    unit: 'tokens',
  }),
  segmentation: z
    .enum(['given', 'predicted'])
    .default('given')
    .meta({
      description:
        'What the segmentation network reads. given: image and mask. predicted: only the image, whose masks it learns to predict; the ' +
        'mask then acts only in training, without a gradient, so the model cannot guide DF-GT.',
      source: 'The publication predicts it. The default is given, so that comparisons are between masks.',
    }),
  segmentationWeight: z
    .number()
    .min(0)
    .default(0)
    .meta({
      description:
        'Weight of the loss of the masks that the segmentation network predicts. If 0, it predicts none. Must be above 0 if the ' +
        'segmentation is predicted, for example 0.2.',
      source: 'Our choice: predicting a mask that is given would only copy it.',
      unit: null,
    }),
});

const config = settings.refine(
  ({ segmentation, segmentationWeight }) => segmentation === 'given' || segmentationWeight > 0,
  {
    path: ['segmentationWeight'],
    message: 'must be above 0 where the segmentation is predicted: nothing else teaches it',
  },
);
export type DlSeatConfig = z.infer<typeof config>;

/**
 * DL-SeAT: a diagnosis network whose early features B1, B2, B3 are each joined, by attention, to the features of a
 * segmentation network at all its scales. image [b, h, w, 3], mask [b, h, w, C] → logit [b]
 *
 * Our own choices: by default that network reads the image beside the given mask, instead of segmenting the image itself,
 * so that what is compared is the mask. Where it does segment (`segmentation: 'predicted'`), it learns beside the
 * diagnosis instead of before it, and the diagnosis' gradient stops at its features; trained, it needs no mask.
 */
export const dlSeat: GradientDiagnosisModel<DlSeatConfig> = {
  name: 'dl-seat',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: ({ segmentation }) => (segmentation === 'predicted' ? 'training' : 'differentiable'),
  alignedFeatures: true,
  summary:
    'Residual classifier whose early features are exchanged with those of a segmentation network through attention.',
  citation:
    'Wu et al., SeATrans: learning segmentation-assisted diagnosis model via transformer, MICCAI 2022 (arXiv 2206.05763). ' +
    'An inspired reconstruction: the asymmetric exchange is theirs, widths and wiring of the blocks are our own; on ' +
    'ResNet50 (He et al., CVPR 2016).',
  reconstruction:
    "Written from the publication's text. The asymmetric exchange is theirs; widths, heads, tokens and the " +
    'wiring of the blocks are ours, and by default the segmentation network reads the given mask.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet, unet: [4, 8, 16, 32], tokenWidth: 32 } },
  build,
  learn: byDiagnosisLoss(dlSeatLoss),
};

/** `diagnosis`, and that of the masks which the segmentation network draws (`segmentation`), where it does. */
export function dlSeatLoss(
  output: DiagnosisOutput,
  target: DiagnosisTarget,
  { segmentationWeight }: DlSeatConfig,
): Losses {
  const losses = diagnosisLoss(output, target);
  if (!output.innerLoss) return losses;
  return { ...losses, segmentation: output.innerLoss().mul(segmentationWeight) };
}

function build(input: NetworkInput, config: DlSeatConfig): DiagnosisNetwork {
  checkNetworkInput(input);
  const { widths } = config.resnet;
  const weights = createWeights(input.seed);
  const backbone = resnet(weights.scope('resnet'), { ...config.resnet, in: 3 });
  const segment = segmentationTokens(weights.scope('segmentation'), {
    ...input,
    widths: config.unet,
    tokenWidth: config.tokenWidth,
    most: config.tokens,
    fromImage: config.segmentation === 'predicted',
    draws: config.segmentationWeight > 0,
  });
  const blocks = UNET_STRIDES.map((stride, index) =>
    seaBlock(weights.scope(`sea${index + 1}`), {
      feature: widths[index],
      grid: tokenGrid(input.height / stride, input.width / stride, config.tokens),
      width: config.tokenWidth,
      heads: config.heads,
    }),
  );
  const head = logitLayer(weights.scope('logit'), widths[3]);
  return {
    weights,
    widths,
    apply({ image, mask }, mode) {
      const x = normalizeImage(image);
      const { tokens, loss: innerLoss } = segment({ image: x, mask }, mode);
      const features: tf.Tensor4D[] = [];
      for (const [index, stage] of backbone.stages.entries()) {
        const feature = stage(features.at(-1) ?? backbone.stem(x, mode), mode);
        features.push(index < blocks.length ? blocks[index](feature, tokens) : feature);
      }
      return { logit: head(globalAveragePool(features[3])), features, innerLoss };
    },
  };
}
