import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { memorySource } from '../data/memory-source.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import { createSquares, quickTraining, SIZE, STRUCTURES } from '../models.test-helper.ts';
import type { TrainedNetwork } from '../models.ts';
import type { SegmentationNetwork } from '../segmentation/segmentation-model.ts';
import { checkpointFromBytes, checkpointToBytes } from './checkpoint.ts';
import { changedSource, trainDemo } from './fixtures.test-helper.ts';
import { predictMasks, type PredictedMask } from './predict.ts';
import { raterHeads as model } from './rater-heads.test-helper.ts';

const RATERS = ['exact', 'generous', 'absent'];
let source: SampleSource;

beforeAll(async () => {
  await loadBackend();
  source = await threeRaters(createSquares(8));
});

/** One rater draws the square, one takes the outer square for the inner one too, one skips the inner structure. */
async function threeRaters(squares: SampleSource): Promise<SampleSource> {
  const samples = await squares.read(squares.ids.map((_, index) => index));
  return memorySource({ ...squares, raters: RATERS, samples: samples.map(threeMasks) });
}

function threeMasks(sample: Sample): Sample {
  const { fused } = sample;
  const masks = new Uint8Array(SIZE * SIZE * RATERS.length * 2);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const [outer, inner] = [fused![2 * pixel], fused![2 * pixel + 1]];
    masks.set([outer, inner, outer, outer, outer, 0], 6 * pixel);
  }
  return { ...sample, raterMasks: masks, annotated: Uint8Array.of(1, 1, 1, 1, 1, 0) };
}

const training = quickTraining({ epochs: 40, learningRate: 1e-2 });

async function predictions(network: TrainedNetwork, batchSize: number): Promise<PredictedMask[]> {
  const all: PredictedMask[] = [];
  const options = { network: network as SegmentationNetwork, source, batchSize };
  for await (const batch of predictMasks(options)) all.push(...batch);
  return all;
}

test('each head learns its rater, and predictions tell raters apart', async () => {
  let found: PredictedMask[] = [];
  await trainDemo(model, { source, training }, async (network) => {
    found = await predictions(network, 8);
  });
  const samples = await source.read(found.map((_, index) => index));
  for (const rater of [0, 1]) {
    const right = found.flatMap(({ raters }, image) =>
      [...samples[image].raterMasks].flatMap((truth, at) =>
        Math.floor((at % 6) / 2) === rater ? [raters![at] > 0.5 === (truth === 1)] : [],
      ),
    );
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.95);
  }
});

test('what a rater did not annotate teaches nothing', async () => {
  const scribbled = changedSource(source, (sample) => ({
    ...sample,
    raterMasks: sample.raterMasks.map((value, at) => (at % 6 === 5 ? 1 - value : value)),
  }));
  const [first, second] = [await trainDemo(model, { source }), await trainDemo(model, { source: scribbled })];
  expect(first.weights.equals(second.weights)).toBe(true);
});

test('resumed after the first epoch it ends with the same bits', async () => {
  const whole = await trainDemo(model, { source });
  const resume = checkpointFromBytes(checkpointToBytes(whole.checkpoints[0]));
  expect((await trainDemo(model, { source, resume })).weights.equals(whole.weights)).toBe(true);
});

test('its own prediction is the mean of noisy looks, whatever the batch, one region a structure, and leaks nothing', async () => {
  await trainDemo(model, { source, training: quickTraining({ epochs: 10 }) }, async (network) => {
    const before = tf.memory().numTensors;
    const [alone, together] = [await predictions(network, 1), await predictions(network, 8)];
    expect(tf.memory().numTensors).toBe(before);
    expect(alone).toEqual(together);
    const plain = { ...(network as SegmentationNetwork), predict: undefined };
    expect(await predictions(plain, 8)).not.toEqual(together);
    expect(together[0].mask).toHaveLength(SIZE * SIZE * STRUCTURES.length);
    expect(together[0].raters).toHaveLength(SIZE * SIZE * STRUCTURES.length * RATERS.length);
  });
});
