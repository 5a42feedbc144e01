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
    description: 'The classifier, which reads image and mask.',
    source: 'The paper uses ResNet50 for every network.',
  }),
});

/**
 * DL-CAT: a residual network whose first convolution is widened to read image and mask side by side,
 * [b, h, w, 3 + C], then the mean over pixels and one logit [b].
 */
export const dlCat: GradientDiagnosisModel<z.infer<typeof config>> = {
  name: 'dl-cat',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'differentiable',
  alignedFeatures: true,
  summary: 'Residual classifier that reads image and mask as channels of one input.',
  citation:
    "Cited by the paper to d'Ascoli et al., ConViT, ICML 2021, but implemented there with ResNet50 " +
    '(He et al., Deep residual learning for image recognition, CVPR 2016), as here.',
  reconstruction:
    'The paper cites ConViT but states ResNet50 for every diagnosis network. That the mask enters as ' +
    'further channels of the first convolution is our reading.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet } },
  build(input, { resnet: options }) {
    checkNetworkInput(input);
    const weights = createWeights(input.seed);
    const classify = residualClassifier(weights, { ...options, in: 3 + input.structures });
    return {
      weights,
      widths: options.widths,
      apply: ({ image, mask }, mode) => classify([normalizeImage(image), mask], mode),
    };
  },
  learn: byDiagnosisLoss((output, target) => diagnosisLoss(output, target)),
};
