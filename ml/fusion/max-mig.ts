import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { Sample, SampleSource } from '../data/sample.ts';
import { createAdam } from '../ops/adam.ts';
import { meanBce } from '../ops/bce.ts';
import { createRandom } from '../random.ts';
import type { SegmentationNetwork } from '../segmentation/segmentation-model.ts';
import { toImages } from '../training/batch.ts';
import { epochBatches } from '../training/batch-order.ts';
import { readAhead } from '../training/read-ahead.ts';
import { trainStep } from '../training/train-step.ts';
import { fuseByOdds, oddsWeights, type CrowdFigures, type RaterOdds } from './crowd-figures.ts';
import { drawItems } from './crowd-items.ts';
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
} from './crowd-network.ts';
import { fusedAtOnce } from './fused-at-once.ts';
import { requireFitted, requireTensor, type Fitted } from '../fitted.ts';
import type { FitInput, FuseInput, Fusion, FusionProgress } from './fusion.ts';
import { negativeInformation } from './mutual-information.ts';
import { gatherRows } from '../ops/scatter.ts';
import { InputError } from '../errors.ts';

const config = crowdConfig.extend({
  warmUp: z.int().min(0).max(10_000).default(5).meta({
    description:
      'Number of initial epochs in which the network learns the majority vote. Without them, both sides may agree on swapped classes.',
    source: 'A few, as in the publication; the number is our choice.',
    unit: 'epochs',
  }),
  divergence: z.enum(['kl', 'pearson', 'js']).default('kl').meta({
    description:
      'The f-divergence of the mutual information gain: Kullback–Leibler, Pearson χ² or Jensen–Shannon.',
    source: 'Kullback–Leibler is the main one in the publication.',
  }),
  items: z.int().min(2).max(8192).default(512).meta({
    description:
      'Pixels sampled for each structure in each step. The matrix between them has as many rows and columns.',
    source: 'Our choice: in the publication an item is an image.',
    unit: 'pixels',
  }),
  output: z.enum(['forecast', 'crowd']).default('forecast').meta({
    description:
      "What the mask is taken from. forecast: network and raters together. crowd: only the raters' side.",
    source: 'The publication uses both sides to forecast.',
  }),
});
export type MaxMigConfig = z.infer<typeof config>;

const NAME = 'max-mig';
// Half of the items are disputed, and as many lie inside as outside: both classes are as likely. Our choice, as items are.
const PRIOR = [0.5, 0.5] as const;

/**
 * Max-MIG (Cao et al. 2019): an image network h and a crowd aggregator g(D) = softmax(Σ_j W_j e_(D_j) + log π) of the
 * raters' answers learn together to tell as much of each other as they can, by the f-mutual information gain
 * (mutual-information.ts). Raters' shared mistakes that the image does not show are not rewarded. W_j is a 2 × 2 matrix
 * a rater and structure, which starts at the logarithm of the rater's confusion with the majority vote.
 *
 * The fused mask of any image with rater masks is normalise(h · g / π). Our choices: an item is a pixel, Baseline-Seg is
 * the network, and unanimous pixels keep the raters' word. No diagnosis is read.
 *
 * Fitted: the network's weights, `aggregator/<rater>` [C, 2, 2]: structure, answer, class.
 */
async function* fit(input: FitInput<MaxMigConfig>): AsyncGenerator<FusionProgress | Fitted> {
  const { source, config, seed, signal } = input;
  if (source.ids.length === 0) throw new InputError(`'${NAME}' learns from training images: received none`);
  const network = buildCrowdNetwork(source, config, seed);
  let aggregator: tf.Variable<tf.Rank.R3> | undefined;
  let adam: ReturnType<typeof createAdam> | undefined;
  try {
    aggregator = initialAggregator(await figuresOfVote(source, config, signal), source);
    const trainable = new Map([...network.weights.trainable, ['aggregator', aggregator]]);
    adam = createAdam(config, trainable);
    const images = source.ids.map((_, index) => index);
    const epochs = config.warmUp + config.epochs;
    const total = epochs * epochImages(images, config);
    let done = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const batches = epochBatches(images, { batchSize: config.batchSize, seed, epoch });
      for await (const samples of readAhead(source, batches, signal)) {
        const loss = epoch <= config.warmUp ? warmUpLoss : informationLoss;
        const options = { weights: { trainable }, optimiser: adam, place: `${NAME}, epoch ${epoch}` };
        trainStep(() => loss({ samples, input, network, aggregator: aggregator!, epoch }), options);
        yield { done: (done += samples.length), total };
      }
    }
    yield { tensors: new Map([...networkToTensors(network), ...aggregatorToTensors(aggregator, source)]) };
  } finally {
    adam?.dispose();
    aggregator?.dispose();
    network.weights.dispose();
  }
}

interface Step {
  readonly samples: readonly Sample[];
  readonly input: FitInput<MaxMigConfig>;
  readonly network: SegmentationNetwork;
  /** [C, 2n, 2] */
  readonly aggregator: tf.Variable<tf.Rank.R3>;
  readonly epoch: number;
}

function warmUpLoss({ samples, input: { source }, network }: Step): tf.Scalar {
  const votes = samples.map((sample) => checkedMasks(sample, source).mean);
  const { logits } = network.apply({ image: toImages(samples, source) }, { training: true });
  return meanBce(logits, stackMaps(votes, source));
}

/** The sum over structures. */
function informationLoss({ samples, input, network, aggregator, epoch }: Step): tf.Scalar {
  const { source, config, seed } = input;
  const [n, c] = [source.raters.length, source.structures.length];
  const batch = samples.map((sample) => ({ sample, masks: checkedMasks(sample, source) }));
  const { logits } = network.apply({ image: toImages(samples, source) }, { training: true });
  const pixels = tf.reshape<tf.Rank.R2>(logits, [-1, c]);
  const losses = source.structures.map((_, structure) => {
    const random = createRandom(seed, NAME, epoch, structure, ...samples.map(({ id }) => id));
    const { rows, answers } = drawItems(batch, { structure, count: config.items, random });
    const inside = tf.sigmoid(
      tf.slice(gatherRows(pixels, tf.tensor1d(rows, 'int32')), [0, structure], [-1, 1]),
    );
    const h = tf.concat<tf.Tensor2D>([tf.sub<tf.Tensor2D>(1, inside), inside], 1); // [B, 2]
    const matrix = tf.reshape<tf.Rank.R2>(tf.slice(aggregator, [structure, 0, 0], [1, -1, -1]), [2 * n, 2]);
    const crowd = tf.matMul<tf.Tensor2D>(tf.tensor2d(answers, [config.items, 2 * n]), matrix);
    const g = tf.softmax<tf.Tensor2D>(tf.add<tf.Tensor2D>(crowd, tf.log(tf.tensor2d([...PRIOR], [1, 2]))));
    return negativeInformation(h, g, PRIOR, config.divergence);
  });
  return tf.addN<tf.Scalar>(losses);
}

/** Rows: rater and answer; columns: class. log P(answer | class), [C, 2n, 2]. */
function initialAggregator(
  { sensitivity, specificity }: CrowdFigures,
  { raters, structures }: SampleSource,
): tf.Variable<tf.Rank.R3> {
  const [n, c] = [raters.length, structures.length];
  const log = (share: number): number => Math.log(share + 1e-4);
  const values = structures.flatMap((_, k) =>
    raters.flatMap((_, rater) => {
      const [alpha, beta] = [sensitivity[rater * c + k], specificity[rater * c + k]];
      return [log(beta), log(1 - alpha), log(1 - beta), log(alpha)];
    }),
  );
  return tf.tidy(() => tf.variable(tf.tensor3d(values, [c, 2 * n, 2])));
}

function aggregatorToTensors(aggregator: tf.Variable, { raters, structures }: SampleSource) {
  const [n, c] = [raters.length, structures.length];
  const all = aggregator.dataSync<'float32'>();
  return raters.map((name, rater) => {
    const values = structures.flatMap((_, k) => [...all.slice(4 * (k * n + rater), 4 * (k * n + rater + 1))]);
    return [`aggregator/${name}`, { shape: [c, 2, 2], values: Float32Array.from(values) }] as const;
  });
}

/** Of each answer, how far it moves the log-odds of inside. */
function oddsFrom(fitted: Fitted, { raters }: SampleSource): RaterOdds {
  const values = raters.flatMap((name) => [...requireTensor(fitted, `aggregator/${name}`).values]);
  const odds = (answer: number): Float64Array =>
    Float64Array.from({ length: values.length / 4 }, (_, j) => {
      const at = 4 * j + 2 * answer;
      return values[at + 1] - values[at];
    });
  return { inside: odds(1), outside: odds(0) };
}

async function* fuse({ source, config, seed, fitted, signal }: FuseInput<MaxMigConfig>) {
  const learned = requireFitted(NAME, fitted);
  const odds = oddsFrom(learned, source);
  const network = buildCrowdNetwork(source, config, seed);
  try {
    loadNetwork(network, learned);
    let done = 0;
    for await (const seen of seeAll(network, source, { ...config, signal })) {
      yield seen.map(({ sample, masks, logits }) => {
        const before = config.output === 'forecast' ? logits : logits.fill(0);
        const fused = fuseByOdds(sample, masks, odds, before);
        return fusedAtOnce({ id: sample.id, fused, weights: oddsWeights(sample, masks, odds) });
      });
      yield { done: (done += seen.length), total: source.ids.length };
    }
  } finally {
    network.weights.dispose();
  }
}

export const maxMig: Fusion<MaxMigConfig> = {
  name: NAME,
  summary: 'Raters are assessed by the mutual information gain between them and the image (Max-MIG).',
  citation:
    'Cao, Xu, Kong, Wang, Max-MIG: an information theoretic approach for joint learning from crowds, ICLR 2019 ' +
    '(arXiv 1905.13436); on pixels and Baseline-Seg, our wiring.',
  reconstruction:
    'The publication classifies images; here an item is a pixel and the network is Baseline-Seg. Our ' +
    'choices: how pixels are drawn, a class prior of one half, and that pixels on which all raters agree ' +
    'keep their vote.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: { paper: {}, demo: { ...crowdDemo, warmUp: 2, epochs: 2 } },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fit,
  fuse,
};
