import { z } from 'zod';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput } from '../layers/network.ts';
import { demoResnet, resnet, resnetConfig, stagesOf } from '../layers/resnet.ts';
import { resunetDecoder } from '../layers/resunet.ts';
import { createWeights } from '../layers/weights.ts';
import { segmentationLoss } from '../losses/segmentation-loss.ts';
import { bySegmentationLoss } from './by-segmentation-loss.ts';
import type { SegmentationModel } from './segmentation-model.ts';

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
});

/**
 * Baseline-Seg: ResUnet. A residual encoder, and a decoder of four up-blocks with skip connections.
 * image [b, h, w, 3] → logits [b, h, w, C]
 */
export const baselineSeg: SegmentationModel<z.infer<typeof config>> = {
  name: 'baseline-seg',
  task: 'segmentation',
  summary: 'ResUnet: a residual encoder with a U-Net decoder.',
  citation:
    'Yu, Xiao, Frost, Kanagasingam, Robust optic disc and cup segmentation with deep learning for glaucoma detection, ' +
    'Computerized Medical Imaging and Graphics 74:61–71, 2019, with the encoder ResNet50 (He et al., CVPR 2016).',
  reconstruction: "The decoder's widths follow a public port.",
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet, decoderWidth: 32 } },
  needsDiagnosisModel: false,
  build(input, { resnet: options, decoderWidth }) {
    checkNetworkInput(input);
    const weights = createWeights(input.seed);
    const encoder = resnet(weights.scope('encoder'), { ...options, in: 3 });
    const decode = resunetDecoder(weights.scope('decoder'), {
      encoder: options,
      width: decoderWidth,
      out: input.structures,
    });
    return {
      weights,
      apply({ image }, mode) {
        const stem = encoder.stem(normalizeImage(image), mode);
        return { logits: decode([stem, ...stagesOf(encoder, stem, mode)], mode) };
      },
    };
  },
  learn: bySegmentationLoss((output, target) => segmentationLoss(output, target)),
};
