import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { averagePool } from '../layers/average-pool.ts';
import { convolution } from '../layers/conv-block.ts';
import { denseLayer, logitLayer } from '../layers/dense-layer.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type LayerMode, type NetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig, stagesOf, type Resnet } from '../layers/resnet.ts';
import { createWeights, type Weights } from '../layers/weights.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { concatChannels } from '../ops/concat.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { multiply } from '../ops/multiply.ts';
import { relu } from '../ops/relu.ts';
import { byDiagnosisLoss } from './by-diagnosis-loss.ts';
import type { GradientDiagnosisModel, DiagnosisNetwork } from './diagnosis-model.ts';
import { structureAttention } from './structure-attention.ts';

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The backbone, shared by all passes.',
    source: 'The paper uses ResNet50 for every network.',
  }),
  attentionWidth: z.int().min(1).default(64).meta({
    description: 'Width of the attention maps before their last convolution.',
    source: 'Zhou et al., as in a public port.',
    unit: 'channels',
  }),
  maskEmbedding: z
    .tuple([z.int().min(1), z.int().min(1)])
    .default([8, 16])
    .meta({
      description: 'Widths of the two convolutions on each mask.',
      source: 'Zhou et al., as in a public port.',
      unit: 'channels',
    }),
  maskPrior: z.number().min(0).default(0).meta({
    description: 'Initial weight of the mask itself in the logit of the attention. Helps on small datasets.',
    source: '0 is the published wiring; the setting is our own.',
    unit: null,
  }),
  auxiliaryWeight: z.number().min(0).default(1).meta({
    description: 'Weight of the loss of the plain pass, which sees no mask.',
    source: 'Our choice: the port instead trains the plain classifier beforehand.',
    unit: null,
  }),
  lateAttention: z.boolean().default(false).meta({
    description:
      'Attend to B1 instead of the stem. This takes one pass through the backbone instead of one per structure plus one.',
    source: 'Off, as published; the shortcut is our own.',
  }),
});
export type BaselineDiaConfig = z.infer<typeof config>;

/** The plain pass and the attended pass share filters but not batch statistics: attention dims what the second sees. */
const [PLAIN, ATTENDED] = [0, 1];

/**
 * Baseline-Dia: segmentation-attentive diagnosis. A plain pass gives a vector of the whole image; with it and each
 * structure's mask an attention map on an early feature; each attended feature runs through the same backbone again;
 * the structures' vectors, concatenated, give the logit. Features B1..B4 are the attended pass', mean over structures.
 * image [b, h, w, 3], mask [b, h, w, C] → logit [b], auxiliary logit of the plain pass [b]
 */
export const baselineDia: GradientDiagnosisModel<BaselineDiaConfig> = {
  name: 'baseline-dia',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'differentiable',
  alignedFeatures: true,
  summary: 'Diagnosis by attention to each segmented structure; the judge of predicted masks.',
  citation:
    'Zhou et al., Collaborative learning of semi-supervised segmentation and classification for medical images, ' +
    'CVPR 2019 (the attentive grader; wiring as recalled and as in a third-party port), on ResNet50 (He et al., CVPR 2016).',
  reconstruction:
    'The wiring of the attention is as recalled and as in a third-party port. The weight of the auxiliary ' +
    'loss, the mask prior and the late attention are our own.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: {
    paper: {},
    demo: { resnet: demoResnet, attentionWidth: 8, maskEmbedding: [4, 4], lateAttention: true, maskPrior: 4 },
  },
  build: (input, options) => (options.lateAttention ? buildLate(input, options) : buildFull(input, options)),
  learn: byDiagnosisLoss((output, target, { auxiliaryWeight }) =>
    diagnosisLoss(output, target, { auxiliaryWeight }),
  ),
};

function buildFull(input: NetworkInput, config: BaselineDiaConfig): DiagnosisNetwork {
  checkNetworkInput(input);
  const { structures } = input;
  const { stem, widths } = config.resnet;
  const top = widths[3];
  const weights = createWeights(input.seed);
  const backbone = resnet(weights.scope('resnet'), { ...config.resnet, in: 3, passes: 2 });
  const toHigh = denseLayer(weights.scope('high'), { in: top, out: config.attentionWidth });
  const auxiliary = logitLayer(weights.scope('auxiliary'), top);
  const attend = attentionPerStructure(weights, config, structures, stem);
  const reduce = denseLayer(weights.scope('reduce'), { in: structures * top, out: top });
  const head = logitLayer(weights.scope('logit'), top);

  return {
    weights,
    widths,
    apply({ image, mask }, mode) {
      const low = backbone.stem(normalizeImage(image), mode); // [b, h/2, w/2, stem]
      const plain = globalAveragePool(top4(backbone, low, { ...mode, pass: PLAIN })); // [b, top]
      const maps = attend(averagePool(mask, 2), low, toHigh(plain));
      const attended = tf.concat(maps.map((map) => multiply(low, map))); // [C·b, h/2, w/2, stem]
      const stages = stagesOf(backbone, attended, { ...mode, pass: ATTENDED });
      const vectors = besideEachOther(globalAveragePool(stages[3]), structures); // [b, C·top]
      return {
        logit: head(reduce(vectors)),
        auxiliaryLogit: auxiliary(plain),
        features: stages.map((stage) => meanOverStructures(stage, structures)),
      };
    },
  };
}

/** Attention on B1 with the mean over B1's pixels as the vector of the whole; one pass, no auxiliary head. */
function buildLate(input: NetworkInput, config: BaselineDiaConfig): DiagnosisNetwork {
  checkNetworkInput(input);
  const { structures } = input;
  const { widths } = config.resnet;
  const weights = createWeights(input.seed);
  const backbone = resnet(weights.scope('resnet'), { ...config.resnet, in: 3 });
  const toHigh = denseLayer(weights.scope('high'), { in: widths[0], out: config.attentionWidth });
  const attend = attentionPerStructure(weights, config, structures, widths[0]);
  const merge = convolution(weights.scope('merge'), {
    in: structures * widths[0],
    out: widths[0],
    kernel: 1,
    bias: true,
  });
  const head = logitLayer(weights.scope('logit'), widths[3]);

  return {
    weights,
    widths,
    apply({ image, mask }, mode) {
      const b1 = backbone.stages[0](backbone.stem(normalizeImage(image), mode), mode); // [b, h/4, w/4, ·]
      const maps = attend(averagePool(mask, 4), b1, toHigh(globalAveragePool(b1)));
      const attended = maps.map((map) => multiply(b1, map));
      const features: tf.Tensor4D[] = [relu(merge(concatChannels(attended)))];
      for (const stage of backbone.stages.slice(1)) features.push(stage(features.at(-1)!, mode));
      return { logit: head(globalAveragePool(features[3])), features };
    },
  };
}

function attentionPerStructure(
  weights: Weights,
  config: BaselineDiaConfig,
  structures: number,
  feature: number,
) {
  const options = {
    feature,
    width: config.attentionWidth,
    embedding: config.maskEmbedding,
    maskPrior: config.maskPrior,
  };
  const each = Array.from({ length: structures }, (_, index) =>
    structureAttention(weights.scope(`attention${index + 1}`), options),
  );
  return (mask: tf.Tensor4D, low: tf.Tensor4D, high: tf.Tensor2D): tf.Tensor4D[] => {
    const masks: tf.Tensor4D[] = structures === 1 ? [mask] : tf.split(mask, structures, 3);
    return each.map((attention, index) => attention(masks[index], low, high));
  };
}

const top4 = (backbone: Resnet, low: tf.Tensor4D, mode: LayerMode): tf.Tensor4D =>
  stagesOf(backbone, low, mode)[3];

/** [C·b, n] → [b, C·n] */
function besideEachOther(vectors: tf.Tensor2D, structures: number): tf.Tensor2D {
  if (structures === 1) return vectors;
  const [rows, length] = vectors.shape;
  const batch = rows / structures;
  return vectors
    .reshape([structures, batch, length])
    .transpose([1, 0, 2])
    .reshape([batch, structures * length]);
}

/** [C·b, h, w, c] → [b, h, w, c] */
function meanOverStructures(feature: tf.Tensor4D, structures: number): tf.Tensor4D {
  if (structures === 1) return feature;
  const [rows, height, width, channels] = feature.shape;
  const batch = rows / structures;
  return feature
    .reshape([structures, batch * height * width * channels])
    .mean(0)
    .reshape([batch, height, width, channels]);
}
