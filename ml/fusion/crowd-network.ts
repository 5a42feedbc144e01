import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { checkImage, checkSample } from '../data/memory-source.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import { demoResnet } from '../layers/resnet.ts';
import { valuesOf } from '../ops/values-of.ts';
import { baselineSeg } from '../segmentation/baseline-seg.ts';
import type { SegmentationNetwork } from '../segmentation/segmentation-model.ts';
import { toImages } from '../training/batch.ts';
import { batchesAnEpoch, inBatches } from '../training/batch-order.ts';
import { loadWeights, saveWeights } from '../training/checkpoint.ts';
import { readAhead } from '../training/read-ahead.ts';
import { fromSafetensors, toSafetensors, type NamedTensor } from '../training/safetensors.ts';
import { createFigureSums, type CrowdFigures } from './crowd-figures.ts';
import type { Fitted } from '../fitted.ts';
import { readRaterMasks, type RaterMasks } from './rater-masks.ts';
import { DivergedError } from '../errors.ts';

/** Settings of the image network that learns from a crowd of raters. */
export const crowdConfig = z.strictObject({
  network: baselineSeg.config.prefault({}).meta({
    description: 'The image network, a Baseline-Seg.',
    source: "Our choice: the publications' own small networks classify patches or whole images.",
  }),
  epochs: z.int().min(1).max(10_000).default(80).meta({
    description: 'Passes over the training images.',
    source: 'The paper trains everything for 80 epochs.',
    unit: 'epochs',
  }),
  batchSize: z.int().min(1).max(1024).default(16).meta({
    description: 'Images in each step.',
    source: 'The paper.',
    unit: 'images',
  }),
  learningRate: z.number().gt(0).max(1).default(1e-4).meta({
    description: 'Learning rate of Adam.',
    source: 'The paper: "always 1e-4".',
    unit: null,
  }),
  imagesAtOnce: z.int().min(1).max(1024).default(16).meta({
    description: 'Images that the trained network processes at once. Does not change the result.',
    source: 'Our choice, to bound memory.',
    unit: 'images',
  }),
});
export type CrowdConfig = z.infer<typeof crowdConfig>;

/** Some 25 s on two cores for the 160 training images of a fundus phantom. */
export const crowdDemo: Partial<CrowdConfig> = {
  network: { resnet: demoResnet, decoderWidth: 32 },
  epochs: 4,
  batchSize: 8,
  learningRate: 1e-3,
};

// The encoder halves the picture five times.
const MULTIPLE = 32;

/** Baseline-Seg for pictures of any size: they are padded with black, on the right and below. */
export function buildCrowdNetwork(
  source: SampleSource,
  config: CrowdConfig,
  seed: number,
): SegmentationNetwork {
  const { height, width } = source;
  const [tall, wide] = [height, width].map((side) => Math.ceil(side / MULTIPLE) * MULTIPLE);
  const shape = { height: tall, width: wide, structures: source.structures.length };
  const network = baselineSeg.build({ ...shape, raters: source.raters.length, seed }, config.network);
  if (tall === height && wide === width) return network;
  return {
    weights: network.weights,
    apply({ image }, mode) {
      const padded = tf.pad(image, [[0, 0], [0, tall - height], [0, wide - width], [0, 0]]); // prettier-ignore
      const { logits } = network.apply({ image: padded }, mode);
      return { logits: tf.slice(logits, [0, 0, 0, 0], [-1, height, width, -1]) };
    },
  };
}

const NETWORK = 'network/';

export function networkToTensors(network: SegmentationNetwork): [string, NamedTensor][] {
  const { tensors } = fromSafetensors(saveWeights(network));
  return [...tensors].map(([name, tensor]) => [NETWORK + name, tensor]);
}

export function loadNetwork(network: SegmentationNetwork, { tensors }: Fitted): void {
  const own = [...tensors].filter(([name]) => name.startsWith(NETWORK));
  const named = new Map(own.map(([name, tensor]) => [name.slice(NETWORK.length), tensor]));
  loadWeights(network, toSafetensors({ tensors: named, metadata: {} }));
}

/** One image with its masks, and what the network says of it. */
export interface Seen {
  readonly sample: Sample;
  readonly masks: RaterMasks;
  /** [p, C] */
  readonly logits: Float32Array;
}

/** All images of a source in their order, a batch at a time, with the frozen network's logits. */
export async function* seeAll(
  network: SegmentationNetwork,
  source: SampleSource,
  { imagesAtOnce, signal }: { imagesAtOnce: number; signal?: AbortSignal },
): AsyncGenerator<Seen[]> {
  const all = source.ids.map((_, index) => index);
  for await (const samples of readAhead(source, inBatches(all, imagesAtOnce), signal)) {
    const read = samples.map((sample) => checkedMasks(sample, source));
    const values = valuesOf(
      () => network.apply({ image: toImages(samples, source) }, { training: false }).logits,
    );
    const size = values.length / samples.length;
    await setImmediate();
    signal?.throwIfAborted();
    yield samples.map((sample, k) => {
      const logits = values.slice(k * size, (k + 1) * size);
      const odd = logits.find((logit) => !Number.isFinite(logit));
      if (odd !== undefined) throw new DivergedError(`image '${sample.id}': the network's logit is ${odd}`);
      return { sample, masks: read[k], logits };
    });
  }
}

export function checkedMasks(sample: Sample, source: SampleSource): RaterMasks {
  checkSample(sample, source);
  checkImage(sample);
  return readRaterMasks(sample, source);
}

/** Images that an epoch takes: a remainder smaller than a batch is left out. */
export function epochImages({ length }: readonly number[], { batchSize }: CrowdConfig): number {
  return batchesAnEpoch(length, batchSize) * Math.min(batchSize, length);
}

/** Raters against the majority vote of the training images. */
export async function figuresOfVote(
  source: SampleSource,
  { imagesAtOnce }: CrowdConfig,
  signal?: AbortSignal,
): Promise<CrowdFigures> {
  const sums = createFigureSums(source.raters.length, source.structures.length);
  const all = source.ids.map((_, index) => index);
  for await (const samples of readAhead(source, inBatches(all, imagesAtOnce), signal)) {
    for (const sample of samples) {
      const masks = checkedMasks(sample, source);
      sums.add(sample, masks, masks.mean);
    }
  }
  return sums.figures();
}

/** [b, h, w, C] */
export function stackMaps(
  maps: readonly Float32Array[],
  { height, width, structures }: SampleSource,
): tf.Tensor4D {
  const all = new Float32Array(maps.length * maps[0].length);
  maps.forEach((map, k) => all.set(map, k * map.length));
  return tf.tensor4d(all, [maps.length, height, width, structures.length]);
}
