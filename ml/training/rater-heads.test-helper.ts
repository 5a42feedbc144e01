import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { channelOf } from '../geometry/field.ts';
import { largestRegion } from '../geometry/largest-region.ts';
import { convNorm, convolution } from '../layers/conv-block.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { createWeights } from '../layers/weights.ts';
import { bceWithLogits } from '../ops/bce.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { createRandom, normal } from '../random.ts';
import type {
  Prediction,
  SegmentationModel,
  SegmentationNetwork,
  SegmentationOutput,
} from '../segmentation/segmentation-model.ts';
import { toImages, type ImageSample } from './batch.ts';
import { minimise } from './learner.ts';
import { annotatedMasks, raterMasks, type SourceShape } from './targets.ts';

const config = z.strictObject({
  width: z.int().min(1).default(16).describe('Channels.'),
  samples: z.int().min(1).default(3).describe('Noisy looks at an image, whose mean is the prediction.'),
  noise: z.number().min(0).default(0.02).describe('Deviation of the noise.'),
});
type Config = z.infer<typeof config>;

interface RaterNetwork extends SegmentationNetwork {
  apply(
    ...input: Parameters<SegmentationNetwork['apply']>
  ): SegmentationOutput & { readonly raters: tf.Tensor4D };
}

/**
 * A model for tests that learns every rater's masks, a head a rater, from those who annotated. It predicts by the mean over
 * several noisy looks, of which the CPU keeps each structure's largest region.
 */
export const raterHeads: SegmentationModel<Config, RaterNetwork> = {
  name: 'rater-heads',
  task: 'segmentation',
  summary: 'For tests: a head a rater.',
  citation: 'None.',
  reconstruction: null,
  history: ['For tests.'],
  config,
  presets: { paper: {}, demo: {} },
  needsDiagnosisModel: false,
  build(input, { width, samples, noise }) {
    const { structures, raters, seed } = input;
    const weights = createWeights(seed);
    const first = convNorm(weights.scope('trunk/1'), { in: 3, out: width, kernel: 3 });
    const second = convNorm(weights.scope('trunk/2'), { in: width, out: width, kernel: 3 });
    const heads = convolution(weights.scope('heads'), {
      in: width,
      out: raters * structures,
      kernel: 1,
      bias: true,
    });
    const apply: RaterNetwork['apply'] = ({ image }, mode) => {
      const each = heads(second(first(normalizeImage(image), mode), mode)); // [b, h, w, n·C]
      const [b, h, w] = each.shape;
      const logits = each
        .reshape([b * h * w, raters, structures])
        .mean(1)
        .reshape([b, h, w, structures]);
      return { logits: logits as tf.Tensor4D, raters: each };
    };
    return {
      weights,
      apply,
      async predict(images, shape) {
        const looks = images.map((image) => noisyLooks(image, { seed, samples, noise }));
        return looks.map((look) => {
          const [mask, each] = tf.tidy(() => {
            const output = apply({ image: toImages(look, shape) }, { training: false });
            return [output.logits, output.raters].map((logits) => sigmoid(logits).mean(0));
          });
          return withLargestRegions({ mask: read(mask), raters: read(each) }, shape);
        });
      },
    };
  },
  learn: (input) => ({
    ...minimise(input, ({ image, targets }, mode) => () => {
      const { raters } = input.network.apply({ image }, mode);
      const [b, , , heads] = raters.shape;
      const annotated = targets.annotated.reshape([b, 1, 1, heads]);
      const each = bceWithLogits(raters, targets.raters as tf.Tensor4D);
      return { raters: each.mul(annotated).mean() };
    }),
    targets: { raters: raterMasks, annotated: annotatedMasks },
  }),
};

const read = (tensor: tf.Tensor): Float32Array => {
  const values = tensor.dataSync<'float32'>().slice();
  tensor.dispose();
  return values;
};

function noisyLooks(
  { id, image }: ImageSample,
  { seed, samples, noise }: { seed: number; samples: number; noise: number },
): ImageSample[] {
  const random = createRandom(seed, 'look', id);
  return Array.from({ length: samples }, () => ({
    id,
    image: image.map((value) => value + noise * normal(random)),
  }));
}

/** Of each structure the largest region above one half. */
function withLargestRegions({ mask, raters }: Prediction, shape: SourceShape): Prediction {
  const kept = mask.slice();
  const structures = shape.structures.length;
  for (let c = 0; c < structures; c++) {
    const region = largestRegion(channelOf(mask, shape, c), 0.5);
    region?.values.forEach((value, pixel) => (kept[pixel * structures + c] = value));
  }
  return { mask: kept, raters };
}
