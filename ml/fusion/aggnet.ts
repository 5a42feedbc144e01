import * as tf from '@tensorflow/tfjs';
import type { Sample, SampleSource } from '../data/sample.ts';
import { createAdam } from '../ops/adam.ts';
import { meanBce } from '../ops/bce.ts';
import { toImages } from '../training/batch.ts';
import { epochBatches } from '../training/batch-order.ts';
import { readAhead } from '../training/read-ahead.ts';
import { trainStep } from '../training/train-step.ts';
import { createFigureSums, oddsOf, oddsWeights, posterior, type CrowdFigures } from './crowd-figures.ts';
import {
  buildCrowdNetwork,
  checkedMasks,
  crowdConfig,
  crowdDemo,
  epochImages,
  figuresOfVote,
  loadNetwork,
  networkToTensors,
  seeAll,
  stackMaps,
  type CrowdConfig,
  type Seen,
} from './crowd-network.ts';
import { fusedAtOnce } from './fused-at-once.ts';
import { requireFitted, requireTensor, type Fitted } from '../fitted.ts';
import type { FitInput, FuseInput, FusedSample, Fusion, FusionProgress } from './fusion.ts';
import { raterFigures, type RaterPerformance } from './rater-figures.ts';
import type { RaterMasks } from './rater-masks.ts';
import { InputError } from '../errors.ts';

const NAME = 'aggnet';

/**
 * AggNet (Albarqouni et al. 2016): learning from a crowd with an image network inside EM. Each rater has one
 * sensitivity α and one specificity β a structure, over the whole training set. The truth of each pixel starts as the
 * majority vote; then one epoch of the network on it (soft cross-entropy), an E step that joins the network's p with the
 * raters' decisions, and an M step for α and β, in turn. Nothing of a diagnosis is read.
 *
 * The fused mask of any image with rater masks is the E step's μ with the trained p, α, β.
 *
 * Our choices: Baseline-Seg for the network, Adam for the publication's SGD (whose settings we could not verify), as
 * many background pixels as others in α and β, and unanimous pixels keep the raters' word.
 *
 * Memory: μ of the training images, 4 bytes a pixel and structure (0.2 GB for 400 images of 256 × 256 with two).
 * Fitted: the network's weights, `sensitivity/<rater>` and `specificity/<rater>` [C].
 */
async function* fit({
  source,
  config,
  seed,
  signal,
}: FitInput<CrowdConfig>): AsyncGenerator<FusionProgress | Fitted> {
  if (source.ids.length === 0) throw new InputError(`'${NAME}' learns from training images: received none`);
  const network = buildCrowdNetwork(source, config, seed);
  const adam = createAdam(config, network.weights.trainable);
  const truths = new Map<string, Float32Array>();
  const truthOf = (sample: Sample): Float32Array =>
    truths.get(sample.id) ?? checkedMasks(sample, source).mean;
  try {
    let figures = await figuresOfVote(source, config, signal);
    const images = source.ids.map((_, index) => index);
    const total = config.epochs * (images.length + epochImages(images, config));
    let done = 0;
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const batches = epochBatches(images, { batchSize: config.batchSize, seed, epoch });
      for await (const samples of readAhead(source, batches, signal)) {
        const truth = samples.map(truthOf);
        const options = { weights: network.weights, optimiser: adam, place: `${NAME}, epoch ${epoch}` };
        tf.tidy(() => {
          const image = toImages(samples, source);
          const target = stackMaps(truth, source);
          trainStep(() => meanBce(network.apply({ image }, { training: true }).logits, target), options);
        });
        yield { done: (done += samples.length), total };
      }
      const sums = createFigureSums(source.raters.length, source.structures.length);
      for await (const seen of seeAll(network, source, { ...config, signal })) {
        for (const { sample, masks, logits } of seen) {
          const mu = posterior(sample, masks, figures, logits);
          truths.set(sample.id, mu);
          sums.add(sample, masks, mu);
        }
        yield { done: (done += seen.length), total };
      }
      figures = sums.figures();
    }
    yield { tensors: new Map([...networkToTensors(network), ...figuresToTensors(figures, source)]) };
  } finally {
    adam.dispose();
    network.weights.dispose();
  }
}

function figuresToTensors({ sensitivity, specificity }: CrowdFigures, { raters, structures }: SampleSource) {
  const c = structures.length;
  const part = (all: Float64Array, rater: number) => ({
    shape: [c],
    values: Float32Array.from(all.subarray(rater * c, (rater + 1) * c)),
  });
  return raters.flatMap((name, rater) => [
    [`sensitivity/${name}`, part(sensitivity, rater)] as const,
    [`specificity/${name}`, part(specificity, rater)] as const,
  ]);
}

function figuresFrom(fitted: Fitted, { raters }: SampleSource): CrowdFigures {
  const all = (kind: string): Float64Array =>
    Float64Array.from(raters.flatMap((name) => [...requireTensor(fitted, `${kind}/${name}`).values]));
  return { sensitivity: all('sensitivity'), specificity: all('specificity') };
}

async function* fuse({ source, config, seed, fitted, signal }: FuseInput<CrowdConfig>) {
  const learned = requireFitted(NAME, fitted);
  const figures = figuresFrom(learned, source);
  const network = buildCrowdNetwork(source, config, seed);
  try {
    loadNetwork(network, learned);
    let done = 0;
    for await (const seen of seeAll(network, source, { ...config, signal })) {
      yield seen.map((one) => result(one, figures));
      yield { done: (done += seen.length), total: source.ids.length };
    }
  } finally {
    network.weights.dispose();
  }
}

function result({ sample, masks, logits }: Seen, figures: CrowdFigures): FusedSample {
  const fused = posterior(sample, masks, figures, logits);
  const plain = fusedAtOnce({ id: sample.id, fused, weights: oddsWeights(sample, masks, oddsOf(figures)) });
  const raters = plain.raters.map(({ weight }, rater) =>
    raterFigures(weight, performanceOf(rater, sample, masks, figures)),
  );
  return { ...plain, raters };
}

/** α and β of the structures that the rater annotated in this image: the same in every image. [C] */
function performanceOf(
  rater: number,
  { annotated }: Sample,
  { structures: c }: RaterMasks,
  { sensitivity, specificity }: CrowdFigures,
): (RaterPerformance | null)[] {
  return Array.from({ length: c }, (_, k) => {
    const j = rater * c + k;
    return annotated[j] ? { sensitivity: sensitivity[j], specificity: specificity[j] } : null;
  });
}

export const aggnet: Fusion<CrowdConfig> = {
  name: NAME,
  summary: 'Expectation maximisation with an image network. Raters are assessed over the whole training set.',
  citation:
    'Albarqouni, Baur, Achilles, Belagiannis, Demirci, Navab, AggNet: deep learning from crowds for mitosis detection ' +
    'in breast cancer histology images, IEEE TMI 35:1313–1321, 2016; on Baseline-Seg, our wiring.',
  reconstruction:
    'The publication classifies patches; here Baseline-Seg labels pixels. Our choices: Adam in place of ' +
    'SGD, whose settings we could not verify; as many background pixels as others in the raters’ rates; ' +
    'pixels on which all raters agree keep their vote.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config: crowdConfig,
  presets: { paper: {}, demo: crowdDemo },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fit,
  fuse,
};
