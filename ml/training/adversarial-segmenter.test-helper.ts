import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { convNorm, convolution } from '../layers/conv-block.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { createWeights, type Weights } from '../layers/weights.ts';
import { meanBce } from '../ops/bce.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import type {
  SegmentationModel,
  SegmentationNetwork,
  SegmentationOutput,
} from '../segmentation/segmentation-model.ts';
import { weightsOf, type Update } from './learner.ts';
import { optimiserConfig } from './optimiser-config.ts';
import type { MakeTarget } from './targets.ts';

const config = z.strictObject({
  width: z.int().min(1).default(16).describe('Channels.'),
  adversarialWeight: z.number().min(0).default(0.01).describe('Weight of the adversarial term.'),
  adversarial: optimiserConfig
    .prefault({ optimiser: 'sgd', learningRate: 1e-3, schedule: { kind: 'polynomial' } })
    .describe('Moves the segmenter against the discriminator.'),
  discriminator: optimiserConfig
    .prefault({ optimiser: 'sgd', learningRate: 1e-2, weightDecay: 5e-4 })
    .describe('Moves the discriminator.'),
});

interface BoundaryNetwork extends SegmentationNetwork {
  apply(
    ...input: Parameters<SegmentationNetwork['apply']>
  ): SegmentationOutput & { readonly boundary: tf.Tensor4D };
}

/**
 * A model for tests that asks much of training: boundaries drawn on the CPU, a warm-up of its heads alone, then three
 * updates a step, in which a patch discriminator tells masks of unlabelled images from those of training images.
 */
export const adversarialSegmenter: SegmentationModel<z.infer<typeof config>, BoundaryNetwork> = {
  name: 'adversarial-segmenter',
  task: 'segmentation',
  summary: 'For tests: a segmenter with a patch discriminator.',
  citation: 'None.',
  reconstruction: null,
  history: ['For tests.'],
  config,
  presets: { paper: {}, demo: {} },
  needsDiagnosisModel: false,
  needsUnlabelled: true,
  build({ structures, seed }, { width }) {
    const weights = createWeights(seed);
    const first = convNorm(weights.scope('trunk/1'), { in: 3, out: width, kernel: 3 });
    const second = convNorm(weights.scope('trunk/2'), { in: width, out: width, kernel: 3 });
    const head = { in: width, out: structures, kernel: 1, bias: true };
    const toLogits = convolution(weights.scope('head/mask'), head);
    const toBoundary = convolution(weights.scope('head/boundary'), head);
    return {
      weights,
      apply({ image }, mode) {
        const x = second(first(normalizeImage(image), mode), mode);
        return { logits: toLogits(x), boundary: toBoundary(x) };
      },
    };
  },
  learn({ network, config: { width, adversarialWeight, ...optimisers }, training, source, seed }) {
    const helpers = createWeights(seed);
    const discriminate = patchDiscriminator(helpers.scope('discriminator'), source.structures.length, width);
    const draw = (image: tf.Tensor4D) => sigmoid(network.apply({ image }, { training: true }).logits);

    const supervised: Update['objective'] = (batch, mode) => () => {
      const { logits, boundary } = network.apply(batch, mode);
      const edges = batch.targets.boundary as tf.Tensor4D;
      return { segmentation: meanBce(logits, batch.fused), boundary: meanBce(boundary, edges).mul(0.1) };
    };
    const deceive: Update['objective'] =
      ({ unlabelled }) =>
      () => {
        const verdict = discriminate(draw(unlabelled!));
        return { adversarial: meanBce(verdict, tf.onesLike(verdict)).mul(adversarialWeight) };
      };
    const tellApart: Update['objective'] = ({ image, unlabelled }) => {
      const [known, unknown] = [draw(image), draw(unlabelled!)]; // constant: the discriminator alone learns here
      return () => {
        const [high, low] = [discriminate(known), discriminate(unknown)];
        return { discriminator: meanBce(high, tf.onesLike(high)).add(meanBce(low, tf.zerosLike(low))) };
      };
    };
    const all = network.weights.trainable;
    const masks = weightsOf(network.weights, 'trunk/', 'head/mask/');
    const heads = { name: 'heads', weights: weightsOf(network.weights, 'head/'), optimiser: training };
    return {
      helpers,
      targets: { boundary },
      stages: [
        { name: 'warm-up', share: 0.25, updates: [{ objective: supervised, groups: [heads] }] },
        {
          name: 'adversarial',
          updates: [
            { objective: supervised, groups: [{ name: 'segmenter', weights: all, optimiser: training }] },
            {
              objective: deceive,
              groups: [{ name: 'adversarial', weights: masks, optimiser: optimisers.adversarial }],
            },
            {
              objective: tellApart,
              groups: [
                { name: 'discriminator', weights: helpers.trainable, optimiser: optimisers.discriminator },
              ],
            },
          ],
        },
      ],
    };
  },
};

/** Masks [b, h, w, C] to a verdict a patch, [b, h/4, w/4, 1]; high where it takes them for those of training images. */
function patchDiscriminator(weights: Weights, structures: number, width: number) {
  const first = convolution(weights.scope('1'), {
    in: structures,
    out: width,
    kernel: 3,
    stride: 2,
    bias: true,
  });
  const second = convolution(weights.scope('2'), { in: width, out: 1, kernel: 3, stride: 2, bias: true });
  return (mask: tf.Tensor4D): tf.Tensor4D => second(tf.leakyRelu(first(mask), 0.2));
}

/** 1 where the mask, cut at one half, differs from its right or lower neighbour: [h, w, C]. */
export const boundary: MakeTarget = ({ fused }, { height, width, structures }) => {
  const count = structures.length;
  const inside = (y: number, x: number, c: number): boolean =>
    fused![(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * count + c] > 0.5;
  const values = Float32Array.from(fused!, (_, at) => {
    const c = at % count;
    const [y, x] = [Math.floor(at / count / width), Math.floor(at / count) % width];
    return inside(y, x, c) !== inside(y, x + 1, c) || inside(y, x, c) !== inside(y + 1, x, c) ? 1 : 0;
  });
  return { shape: [height, width, count], values };
};
