import { z } from 'zod';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput } from '../layers/network.ts';
import { demoResnet, resnetConfig } from '../layers/resnet.ts';
import { createWeights } from '../layers/weights.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { byDiagnosisLoss } from './by-diagnosis-loss.ts';
import type { GradientDiagnosisModel } from './diagnosis-model.ts';
import { residualClassifier } from './residual-classifier.ts';

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The classifier, which reads the image alone.',
    source: 'The paper uses ResNet50 for every network.',
  }),
});

/** NoMask: a residual network that sees the image alone, the floor of Figure 2. image [b, h, w, 3] → logit [b] */
export const noMask: GradientDiagnosisModel<z.infer<typeof config>> = {
  name: 'no-mask',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'none',
  alignedFeatures: true,
  summary: 'Residual classifier of the image alone: shows how good the diagnosis is without any mask.',
  citation:
    'NoMask in Figure 2 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016); ' +
    'ResNet50 of He et al., Deep residual learning for image recognition, CVPR 2016.',
  reconstruction: null,
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet } },
  build(input, { resnet: options }) {
    checkNetworkInput(input);
    const weights = createWeights(input.seed);
    const classify = residualClassifier(weights, { ...options, in: 3 });
    return {
      weights,
      widths: options.widths,
      apply: ({ image }, mode) => classify(normalizeImage(image), mode),
    };
  },
  learn: byDiagnosisLoss((output, target) => diagnosisLoss(output, target)),
};
