import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { logitLayer, tokenDense } from '../layers/dense-layer.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type NetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig } from '../layers/resnet.ts';
import { listTokens, tokenGrid, tokenPositions } from '../layers/token-grid.ts';
import { UNET_STRIDES, unetFeatures } from '../layers/unet.ts';
import { createWeights, type Weights } from '../layers/weights.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { concatChannels } from '../ops/concat.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import type { DiagnosisNetwork, GradientDiagnosisModel } from './diagnosis-model.ts';
import { seaBlock, type Tokens } from './sea-block.ts';

const width = z.int().min(1);

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).describe('The diagnosis network; ResNet50 in the paper.'),
  unet: z
    .tuple([width, width, width, width])
    .default([32, 64, 128, 256])
    .describe('Channels of the segmentation network at 1/2 to 1/16 of the image’s size; our own choice.'),
  tokenWidth: z.int().min(4).default(256).describe('Width of the tokens; our own choice.'),
  heads: z.int().min(1).default(8).describe('Attention heads; our own choice.'),
  tokens: z
    .int()
    .min(1)
    .default(256)
    .describe('Tokens of a map at most: larger ones are averaged over squares; our own choice.'),
});
export type DlSeatConfig = z.infer<typeof config>;

/**
 * DL-SeAT: a diagnosis network whose early features B1, B2, B3 are each joined, by attention, to the features of a
 * segmentation network at all its scales. That network reads the image beside the given mask, instead of segmenting the
 * image itself, so that what is compared is the mask. image [b, h, w, 3], mask [b, h, w, C] → logit [b]
 */
export const dlSeat: GradientDiagnosisModel<DlSeatConfig> = {
  name: 'dl-seat',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'differentiable',
  summary: 'Residual classifier whose early features exchange with those of a segmentation by attention.',
  citation:
    'Wu et al., SeATrans: learning segmentation-assisted diagnosis model via transformer, MICCAI 2022 (arXiv 2206.05763). ' +
    'An inspired reconstruction: the asymmetric exchange is theirs, widths and wiring of the blocks are our own; on ' +
    'ResNet50 (He et al., CVPR 2016).',
  config,
  presets: { paper: {}, demo: { resnet: demoResnet, unet: [4, 8, 16, 32], tokenWidth: 32 } },
  build,
  loss: (output, target) => diagnosisLoss(output, target),
};

function build(input: NetworkInput, config: DlSeatConfig): DiagnosisNetwork {
  checkNetworkInput(input);
  const { widths } = config.resnet;
  const weights = createWeights(input.seed);
  const backbone = resnet(weights.scope('resnet'), { ...config.resnet, in: 3 });
  const segment = segmentationTokens(weights.scope('segmentation'), input, config);
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
      const segmentation = segment(concatChannels([x, mask]), mode);
      const features: tf.Tensor4D[] = [];
      for (const [index, stage] of backbone.stages.entries()) {
        const feature = stage(features.at(-1) ?? backbone.stem(x, mode), mode);
        features.push(index < blocks.length ? blocks[index](feature, segmentation) : feature);
      }
      return { logit: head(globalAveragePool(features[3])), features };
    },
  };
}

/** The segmentation network's features of all scales as one list of tokens: x [b, h, w, 3 + C]. */
function segmentationTokens(
  weights: Weights,
  { height, width, structures }: NetworkInput,
  { unet: widths, tokenWidth, tokens: most }: DlSeatConfig,
): (x: tf.Tensor4D, mode: { training: boolean }) => Tokens {
  const features = unetFeatures(weights.scope('unet'), { in: 3 + structures, widths });
  const grids = UNET_STRIDES.map((stride) => tokenGrid(height / stride, width / stride, most));
  // The bias of each scale's projection is that scale's embedding.
  const project = grids.map((_, index) =>
    tokenDense(weights.scope(`scale${index + 1}`), { in: widths[index + 1], out: tokenWidth }),
  );
  return (x, mode) => {
    const lists = features(x, mode).map((map, index) => project[index](listTokens(map, grids[index])));
    return { tokens: tf.concat(lists, 1), position: tokenPositions(grids, tokenWidth) };
  };
}
