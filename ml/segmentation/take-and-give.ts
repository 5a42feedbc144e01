import { z } from 'zod';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { give, take, type Bridge } from '../layers/bridge.ts';
import { detached } from '../layers/detached.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig, stagesOf } from '../layers/resnet.ts';
import { resunetDecoder } from '../layers/resunet.ts';
import { createWeights, type Weights } from '../layers/weights.ts';
import { segmentationLoss } from '../losses/segmentation-loss.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { bySegmentationLoss } from './by-segmentation-loss.ts';
import type { SegmentationInput, SegmentationModel, SegmentationNetwork } from './segmentation-model.ts';
import { InputError } from '../errors.ts';

const BLOCKS = ['B1', 'B2', 'B3', 'B4'] as const;
const patch = z.int().min(1);

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The encoder.',
    source: 'The paper uses ResNet50 for every network.',
  }),
  decoderWidth: z.int().min(2).multipleOf(2).default(256).meta({
    description: 'Width after each up-block of the decoder.',
    source: 'Yu et al., as in a public port.',
    unit: 'channels',
  }),
  blocks: z
    .array(z.enum(BLOCKS))
    .refine((blocks) => new Set(blocks).size === blocks.length, 'each block at most once')
    .default(['B1', 'B2', 'B3'])
    .meta({
      description: 'Levels with a bridge to the diagnosis network. May be empty.',
      source: "The best of the paper's ablation (table 5b).",
    }),
  patches: z.tuple([patch, patch, patch, patch]).default([2, 1, 1, 1]).meta({
    description: 'Side P of the patches at B1 to B4. Each patch is one token.',
    source:
      'Our choice; the paper does not state it. At 256 × 256 pixels, there are at most 1024 tokens and P² · channels ≤ 2048.',
    unit: 'pixels of the feature map',
  }),
  heads: z.int().min(1).default(8).meta({
    description: 'Number of attention heads.',
    source: 'Our choice: the paper says several heads without giving a number; 8 is common.',
    unit: 'heads',
  }),
  equationsOnly: z.boolean().default(false).meta({
    description:
      'Build the bridges exactly as printed in equations 6 to 10, without residuals and layer normalisation.',
    source: "Off: the authors' code has the residual form.",
  }),
  coarseWeight: z.number().min(0).default(1).meta({
    description: "Weight of the coarse decoder's loss.",
    source: "The authors' code; not in equation 1.",
    unit: null,
  }),
  coarseTarget: z.enum(['majority', 'fused']).default('majority').meta({
    description: 'What the coarse decoder learns to predict: the majority vote or the fused mask.',
    source: "Our reading of the single reference mask in the authors' code.",
  }),
  gradientThroughDiagnosis: z.boolean().default(true).meta({
    description: 'Let the gradient of the loss reach the coarse mask through the frozen diagnosis network.',
    source: 'The paper, section 4, allows it.',
  }),
});
export type TakeAndGiveConfig = z.infer<typeof config>;

/**
 * Take and Give: Baseline-Seg with attention bridges to a frozen diagnosis network. A coarse decoder without bridges
 * draws the mask that the diagnosis network wants beside the image; at each chosen level Give asks the diagnosis
 * feature on the encoder's behalf, and Take asks the decoder's feature with the answer.
 * image [b, h, w, 3] → logits and coarse logits [b, h, w, C]. No rater's mask and no label is needed.
 *
 * The diagnosis network's features must lie in the frame of the image, and its logit must have a gradient for the mask.
 *
 * One closing sentence of the paper swaps the roles of Take and Give; its equations rule here.
 */
export const takeAndGive: SegmentationModel<TakeAndGiveConfig> = {
  name: 'take-and-give',
  task: 'segmentation',
  summary: 'ResUnet that exchanges features with a frozen diagnosis network through attention bridges.',
  citation:
    'Wu, Fang, Xiong, Duan, Tan, Yang, Liu, Xu, Calibrate the inter-observer segmentation uncertainty via ' +
    'diagnosis-first principle, arXiv 2208.03016, 2022.',
  reconstruction:
    'Not stated in the text and chosen here: patch sides, the number of heads, the positional encoding, ' +
    "and what the coarse decoder learns. The bridges have the residual form of the authors' code unless " +
    '`equationsOnly`.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet, decoderWidth: 32, heads: 4 } },
  needsDiagnosisModel: true,
  // Bridges join features place by place, and the coarse mask is drawn for what it does to them.
  diagnosisTraits: ['maskGradient', 'alignedFeatures'],
  build,
  learn: bySegmentationLoss(segmentationLoss),
};

function build(input: SegmentationInput, config: TakeAndGiveConfig): SegmentationNetwork {
  checkNetworkInput(input);
  const { diagnosisNetwork, structures } = input;
  if (!diagnosisNetwork)
    throw new InputError("'take-and-give' needs a trained diagnosis network: received none");
  const weights = createWeights(input.seed);
  const encoder = resnet(weights.scope('encoder'), { ...config.resnet, in: 3 });
  const decoder = { encoder: config.resnet, width: config.decoderWidth, out: structures };
  const decodeCoarse = resunetDecoder(weights.scope('coarse'), decoder);
  const decode = resunetDecoder(weights.scope('decoder'), decoder);
  const bridges = buildBridges(weights, config, diagnosisNetwork);

  return {
    weights,
    apply({ image }, mode) {
      const stem = encoder.stem(normalizeImage(image), mode);
      const features = [stem, ...stagesOf(encoder, stem, mode)];
      const coarseLogits = decodeCoarse(features, mode);
      const drawn = sigmoid(coarseLogits);
      const guess = config.gradientThroughDiagnosis ? drawn : detached(drawn);
      const diagnosis = diagnosisNetwork.apply({ image, mask: guess }, { training: false });
      const logits = decode(features, mode, (level, feature) => {
        const bridge = bridges.get(level);
        if (!bridge) return feature;
        return bridge.take(bridge.give(features[level], diagnosis.features[level - 1]), feature);
      });
      return { logits, coarseLogits };
    },
  };
}

interface LevelBridges {
  readonly give: Bridge;
  readonly take: Bridge;
}

/** Bridges by level 1..4. */
function buildBridges(
  weights: Weights,
  config: TakeAndGiveConfig,
  diagnosis: DiagnosisNetwork,
): Map<number, LevelBridges> {
  const { resnet: encoder, decoderWidth, patches, heads, equationsOnly } = config;
  const levels = config.blocks.map((block) => BLOCKS.indexOf(block) + 1);
  return new Map(
    levels.map((level) => {
      const common = { patch: patches[level - 1], heads, equationsOnly };
      const asked = diagnosis.widths[level - 1];
      // Below the first up-block the decoder's feature is B4 itself.
      const decoded = level === 4 ? encoder.widths[3] : decoderWidth;
      return [
        level,
        {
          give: give(weights.scope(`give${level}`), {
            query: encoder.widths[level - 1],
            value: asked,
            ...common,
          }),
          take: take(weights.scope(`take${level}`), { query: asked, value: decoded, ...common }),
        },
      ];
    }),
  );
}
