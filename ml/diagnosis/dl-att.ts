import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { averagePool } from '../layers/average-pool.ts';
import { logitLayer } from '../layers/dense-layer.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type LayerMode, type NetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig } from '../layers/resnet.ts';
import { smoothing } from '../layers/smoothing.ts';
import { createWeights } from '../layers/weights.ts';
import { attentionLoss } from '../losses/attention-loss.ts';
import { diagnosisLoss, type DiagnosisTarget } from '../losses/diagnosis-loss.ts';
import type { Losses } from '../losses/losses.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { multiply } from '../ops/multiply.ts';
import { areaLocalisation } from './area-localisation.ts';
import { attentionPrediction } from './attention-prediction.ts';
import { byDiagnosisLoss } from './by-diagnosis-loss.ts';
import type { DiagnosisNetwork, DiagnosisOutput, GradientDiagnosisModel } from './diagnosis-model.ts';

const width = z.int().min(1);
const weight = z.number().min(0).default(1);

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The classification subnet.',
    source: 'The paper uses ResNet50 for every network.',
  }),
  trunk: resnetConfig
    .default({ block: 'basic', stem: 64, widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2] })
    .meta({
      description: 'The trunk of the attention subnet.',
      source: 'Like ResNet18 (Li et al., as recalled).',
    }),
  lateral: width.default(32).meta({
    description: 'Width to which each stage of the trunk is reduced.',
    source: 'Li et al., as recalled.',
    unit: 'channels',
  }),
  merged: width.default(64).meta({
    description: 'Width of the convolution over all the reduced stages.',
    source: 'Li et al., as recalled.',
    unit: 'channels',
  }),
  localisation: z.tuple([width, width, width, width]).default([64, 128, 256, 512]).meta({
    description: 'Widths of the localisation subnet; the first is that of its stem.',
    source: 'Our choice.',
    unit: 'channels',
  }),
  attention: z
    .enum(['given', 'predicted'])
    .default('given')
    .meta({
      description:
        'What the localisation subnet attends to. given: the mask. predicted: what the attention subnet predicts from the image; ' +
        'the mask then acts only in training, without a gradient, so the model cannot guide DF-GT.',
      source: 'Li et al. predict it. The default is given, so that comparisons are between masks.',
    }),
  saliency: z
    .enum(['cam', 'guided-backprop'])
    .default('guided-backprop')
    .meta({
      description:
        'How the localisation subnet shows what its logit is based on: guided backpropagation, or the class activation map, ' +
        'which needs no backward pass.',
      source: 'Li et al. use guided backpropagation.',
    }),
  floor: z.number().min(0).lt(1).default(0.5).meta({
    description: 'Share of a feature that is kept where there is no attention.',
    source: 'θ of Li et al.',
    unit: null,
  }),
  blur: z
    .number()
    .gt(0)
    .default(1 / 32)
    .meta({
      description: 'Standard deviation of the blur of masks and of guided saliency.',
      source: 'Our choice: the masks replace tracked gazes.',
      unit: 'image heights',
    }),
  attentionWeight: weight.meta({
    description: "Weight of the attention subnet's divergence from the mask in the loss.",
    source: "Our choice: the publication's value is unknown.",
    unit: null,
  }),
  localisationWeight: weight.meta({
    description: "Weight of the localisation subnet's own diagnosis in the loss.",
    source: "Our choice: the publication's value is unknown.",
    unit: null,
  }),
});
export type DlAttConfig = z.infer<typeof config>;

/**
 * DL-ATT, AG-CNN: attention to where a physician looks, here the mean over structures of the mask, smoothed. (1) One subnet
 * learns to predict attention; (2) one classifies features dimmed outside of it, and what its logit rests on is the area;
 * (3) a residual network classifies with stem and B1 dimmed outside that area. The loss adds to (3)'s cross-entropy that of
 * (2) and the divergence of (1) from the mask. image [b, h, w, 3], mask [b, h, w, C] → logit [b], (2)'s logit [b]
 */
export const dlAtt: GradientDiagnosisModel<DlAttConfig> = {
  name: 'dl-att',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: ({ attention }) => (attention === 'given' ? 'differentiable' : 'training'),
  alignedFeatures: true,
  summary:
    'Attention to the mask locates the relevant area; a residual classifier then attends to that area.',
  citation:
    'Li, Xu, Wang, Jiang, Liu, Attention based glaucoma detection, CVPR 2019 (AG-CNN; widths as recalled, loss weights ' +
    'unknown and 1 here, masks in place of tracked gazes), with ResNet50 (He et al., CVPR 2016) as the last classifier.',
  reconstruction:
    'Masks stand in for tracked gazes. The widths are as recalled; the loss weights are unknown and 1 ' +
    "here; the localisation subnet's channels and the blur are our choices. The demo preset keeps nothing outside the " +
    'attention (floor 0), where the publication keeps half.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    'The demo preset finds the area by guided backpropagation, as published, and dims all that lies outside the attention: ' +
      'before, its logit hardly depended on the mask.',
  ],
  config,
  presets: {
    paper: {},
    demo: {
      resnet: demoResnet,
      trunk: { block: 'basic', stem: 8, widths: [8, 16, 32, 64], blocks: [1, 1, 1, 1] },
      lateral: 4,
      merged: 8,
      localisation: [8, 16, 32, 64],
      // 240 updates teach the localisation subnet no area that follows the mask: half of what lies outside came through,
      // and another image's mask moved the logit by 0.1 standard deviations (docs/results.md).
      floor: 0,
    },
  },
  build,
  learn: byDiagnosisLoss(dlAttLoss),
};

/** `diagnosis`, the localisation subnet's own (`auxiliary`) and the divergence of attentions (`attention`). */
export function dlAttLoss(
  output: DiagnosisOutput,
  target: DiagnosisTarget,
  { localisationWeight, attentionWeight }: DlAttConfig,
): Losses {
  const losses = diagnosisLoss(output, target, { auxiliaryWeight: localisationWeight });
  if (attentionWeight === 0) return losses;
  return { ...losses, attention: output.innerLoss!().mul(attentionWeight) };
}

function build(input: NetworkInput, config: DlAttConfig): DiagnosisNetwork {
  checkNetworkInput(input);
  const { height, width } = input;
  const { widths } = config.resnet;
  const sigma = config.blur * height;
  const weights = createWeights(input.seed);
  const predict = attentionPrediction(weights.scope('attention'), config);
  const localise = areaLocalisation(weights.scope('localisation'), {
    ...{ height, width, sigma, saliency: config.saliency },
    stem: config.localisation[0],
    widths: config.localisation,
  });
  const backbone = resnet(weights.scope('resnet'), { ...config.resnet, in: 3 });
  const head = logitLayer(weights.scope('logit'), widths[3]);
  const smooth = smoothing({ height: height / 2, width: width / 2 }, sigma / 2);
  const gate = (map: tf.Tensor4D): tf.Tensor4D => map.mul(1 - config.floor).add(config.floor);

  /** B1..B4 where what lies outside the area is dimmed in stem and B1. */
  const attendedStages = (x: tf.Tensor4D, area: tf.Tensor4D, mode: LayerMode): tf.Tensor4D[] => {
    const stem = multiply(backbone.stem(x, mode), gate(area)); // [b, h/2, w/2, stem]
    const features = [multiply(backbone.stages[0](stem, mode), gate(averagePool(area, 2)))];
    for (const stage of backbone.stages.slice(1)) features.push(stage(features.at(-1)!, mode));
    return features;
  };

  return {
    weights,
    widths,
    apply({ image, mask }, mode) {
      const x = normalizeImage(image);
      const given = smooth(averagePool(mask.mean(3, true), 2)); // [b, h/2, w/2, 1]
      const predicted = memoized(() => predict(x, mode));
      const attention = config.attention === 'given' ? given : predicted();
      const { logit: auxiliaryLogit, saliency } = localise(x, gate(attention), mode);
      const features = attendedStages(x, saliency, mode);
      const innerLoss = (): tf.Scalar => attentionLoss(given, predicted());
      return { logit: head(globalAveragePool(features[3])), auxiliaryLogit, features, innerLoss };
    },
  };
}

/** Once, and only if asked for: a subnet that only the loss needs costs nothing at inference. */
function memoized<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
