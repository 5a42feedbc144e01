import { z } from 'zod';
import type { SampleSource } from '../data/sample.ts';
import { byImage } from './by-image.ts';
import { crossFitted } from './cross-fit.ts';
import { fuseDiagnosisFirst } from './df-gt.ts';
import { expGConfig, expGMaps, expGPresets } from './df-gt-expg.ts';
import { raw } from './df-gt-raw.ts';
import { fusedAtOnce } from './fused-at-once.ts';
import { requireFitted, requireTensor, type Fitted } from '../fitted.ts';
import { disputedWeights, presentWeights, weightedMask } from './weighted-mask.ts';
import type { FitInput, FuseInput, FusedSample, Fusion, FusionProgress } from './fusion.ts';
import { movementFromVote } from './movement.ts';
import { readRaterMasks } from './rater-masks.ts';
import { InputError } from '../errors.ts';

const config = expGConfig.extend({
  parametrisation: z
    .enum(['expg', 'raw'])
    .default('expg')
    .meta({
      description:
        'How the maps of the training images are parametrised: by ExpG, or freely at each pixel. The presets’ learning rates are ' +
        'those of ExpG; give that of df-gt-raw with raw.',
      source: "Our choice: ExpG's maps show which raters are informative; raw maps hardly do.",
    }),
  perRater: z.boolean().default(false).meta({
    description:
      'Keep one weight per rater, the mean where raters disagree, instead of a map. Does not assume that images are aligned.',
    source: "Our choice: the paper's method learns a map.",
  }),
});
export type DfGtTrainingMapConfig = z.infer<typeof config>;

const NAME = 'df-gt-training-map';
const mapOf = (rater: string): string => `map/${rater}`;

/**
 * DF-GT whose expertness is learned from training images alone. `fit` optimises the expertness of every training image
 * for its diagnosis, as DF-GT does, and keeps the mean over those images, for each rater (and pixel); `fuse` applies
 * that one map to every image of every split, training images too, so that all are treated alike. Our control for
 * the paper's protocol, which fuses test images with their own diagnoses.
 *
 * Controlled: no diagnosis of a validation or test image touches any mask, so their scores need no permuted control.
 * One θ for all images may know them by heart; of several, each trained with another fold left out (`leaveOut`), each is
 * asked only about images that it never saw, and all images have their part in the mean (cross-fitting). Not controlled:
 * a training image's own diagnosis has a part of 1 / images in the map that fuses it.
 *
 * A fixed map of places supposes that images are aligned, as fundus crops around the disc are; `perRater` does not.
 *
 * Fitted: `map/<rater>` [h, w], or [1] where perRater; mean over the images on which the rater took part.
 */
async function* fit(input: FitInput<DfGtTrainingMapConfig>): AsyncGenerator<FusionProgress | Fitted> {
  const { source, config } = input;
  if (source.ids.length === 0) throw new InputError(`'${NAME}' learns from training images: received none`);
  const parametrisation = config.parametrisation === 'expg' ? expGMaps(config) : raw;
  const mean = meanMaps(source, config.perRater);
  for await (const item of crossFitted(input, (part) => fuseDiagnosisFirst(part, parametrisation))) {
    if (Array.isArray(item)) item.forEach((sample) => mean.add(sample));
    else yield item;
  }
  yield { tensors: mean.tensors() };
}

/** Adds up maps image by image: memory holds one map, whatever the number of images. */
function meanMaps({ raters, height, width }: SampleSource, perRater: boolean) {
  const n = raters.length;
  const size = perRater ? 1 : height * width;
  const sums = raters.map(() => new Float64Array(size));
  const counts = new Array<number>(n).fill(0);
  return {
    add({ expertness, raters: figures }: FusedSample): void {
      for (let rater = 0; rater < n; rater++) {
        // An absent rater's weight is exactly zero everywhere, which says nothing of the rater.
        if (figures[rater].weight === 0) continue;
        counts[rater] += 1;
        for (let k = 0; k < size; k++) {
          sums[rater][k] += perRater ? figures[rater].weight : expertness![k * n + rater];
        }
      }
    },
    tensors: (): Fitted['tensors'] =>
      new Map(
        raters.map((name, rater) => [
          mapOf(name),
          {
            shape: perRater ? [1] : [height, width],
            // Of a rater who drew no training image nothing is known: an equal share.
            values: Float32Array.from(sums[rater], (sum) => (counts[rater] ? sum / counts[rater] : 1 / n)),
          },
        ]),
      ),
  };
}

async function* fuse(input: FuseInput<DfGtTrainingMapConfig>) {
  const { source, fitted } = input;
  const weights = weightsOf(requireFitted(NAME, fitted), source);
  yield* byImage(input, (sample) => {
    const masks = readRaterMasks(sample, source);
    const expertness = presentWeights(weights, masks);
    const fused = weightedMask(sample, masks, expertness);
    const figures = { id: sample.id, fused, expertness, weights: disputedWeights(expertness, masks) };
    return { ...fusedAtOnce(figures), movement: movementFromVote(fused, masks) };
  });
}

/** [p, n], in the source's order of raters. */
function weightsOf(fitted: Fitted, { raters, height, width }: SampleSource): Float32Array {
  const [pixels, n] = [height * width, raters.length];
  const weights = new Float32Array(pixels * n);
  raters.forEach((name, rater) => {
    const { shape, values } = requireTensor(fitted, mapOf(name));
    if (values.length !== 1 && shape.join() !== `${height},${width}`) {
      throw new InputError(`'${mapOf(name)}' is [${shape.join(', ')}]: the images are ${height}×${width}`);
    }
    for (let pixel = 0; pixel < pixels; pixel++) {
      weights[pixel * n + rater] = values.length === 1 ? values[0] : values[pixel];
    }
  });
  return weights;
}

export const dfGtTrainingMap: Fusion<DfGtTrainingMapConfig> = {
  name: NAME,
  summary:
    'Diagnosis-first fusion learned only from training images, with one expertness map shared by all images.',
  citation:
    'Our control for Wu et al., Calibrate the inter-observer segmentation uncertainty via diagnosis-first principle, ' +
    '2022 (arXiv 2208.03016), whose maps are learned image by image.',
  reconstruction:
    "Our own control, not published: it applies DF-GT's maps of the training images to all images.",
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    'The demo preset has a smaller learning rate, at which ExpG’s maps are smooth.',
  ],
  config,
  presets: expGPresets,
  seesLabel: () => false,
  needsDiagnosisModel: true,
  diagnosisTraits: ['maskGradient'],
  crossFits: true,
  fitReadsLabel: ({ label }) => label === 'given',
  fit,
  fuse,
};
