import { z } from 'zod';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type NetworkInput } from '../layers/network.ts';
import { ownRandomness } from '../layers/own-randomness.ts';
import { demoResnet, resnetConfig } from '../layers/resnet.ts';
import { createWeights } from '../layers/weights.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { crop } from '../ops/crop.ts';
import { byDiagnosisLoss } from './by-diagnosis-loss.ts';
import type { DiagnosisNetwork, GradientDiagnosisModel } from './diagnosis-model.ts';
import { jittered, squareAround } from './region.ts';
import { residualClassifier } from './residual-classifier.ts';
import { InputError } from '../errors.ts';

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The classifier of the crop.',
    source: 'ResNet50 in the paper; a small network in the original.',
  }),
  structure: z.int().min(0).default(0).meta({
    description: 'Index of the structure that the image is cropped to, counted from 0.',
    source: 'The first: the optic disc, on fundus images.',
    unit: null,
  }),
  margin: z.number().gt(0).default(1.5).meta({
    description: "Half the side of the square, relative to the longer side of the mask's bounding box.",
    source: "The authors' code.",
    unit: 'box sides',
  }),
  jitter: z.number().min(0).lt(1).default(0.15).meta({
    description: 'In training, each side of the square moves by up to this much.',
    source: "15 % in the authors' code; we take it as a share of the half-side.",
    unit: 'half-sides of the square',
  }),
});
export type DlRoiConfig = z.infer<typeof config>;

/**
 * DL-ROI: finds where to look, then looks there alone. The square around the mask of one structure is cut out of the
 * image, enlarged to the image's size and classified; black beyond the image, the whole image where the mask is empty.
 * The mask gives a place and no more, so that fusions that agree on the place score alike. The features B1..B4 are the
 * crop's. image [b, h, w, 3], mask [b, h, w, C] → logit [b]
 */
export const dlRoi: GradientDiagnosisModel<DlRoiConfig> = {
  name: 'dl-roi',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'discrete',
  alignedFeatures: false,
  summary: 'Residual classifier of the square around the segmented structure.',
  citation:
    'Bajwa et al., Two-stage framework for optic disc localization and glaucoma classification, BMC Medical Informatics ' +
    'and Decision Making 19, 2019. Here the given mask stands in for its R-CNN localiser, and ResNet50 (He et al., CVPR ' +
    '2016) for its small classifier.',
  reconstruction:
    "The given mask stands in for the publication's R-CNN localiser and ResNet50 for its small classifier. " +
    "What the jitter is a share of is our reading of the authors' code.",
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { resnet: demoResnet } },
  build,
  learn: byDiagnosisLoss((output, target) => diagnosisLoss(output, target)),
};

function build(
  input: NetworkInput,
  { resnet: options, structure, margin, jitter }: DlRoiConfig,
): DiagnosisNetwork {
  checkNetworkInput(input);
  if (structure >= input.structures)
    throw new InputError(`no structure of index ${structure}: the masks have ${input.structures}`);
  const { height, width } = input;
  const weights = createWeights(input.seed);
  const classify = residualClassifier(weights, { ...options, in: 3 });
  const randomness = ownRandomness(weights.scope('jitter'), input.seed);
  return {
    weights,
    widths: options.widths,
    apply({ image, mask }, mode) {
      const found = squareAround(mask.slice([0, 0, 0, structure], [-1, -1, -1, 1]), margin);
      const { rows, columns } = mode.training ? jittered(found, randomness(), jitter) : found;
      return classify(normalizeImage(crop(image, rows, columns, [height, width])), mode);
    },
  };
}
