import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import type { SampleSource } from '../data/sample.ts';
import { createSquares, quickTraining } from '../models.test-helper.ts';
import { adversarialSegmenter as model } from './adversarial-segmenter.test-helper.ts';
import { checkpointFromBytes, checkpointToBytes } from './checkpoint.ts';
import { imagesOnly, trainDemo } from './fixtures.test-helper.ts';
import { fromSafetensors } from './safetensors.ts';

// Eight epochs: two of warm-up, six adversarial ones.
const training = quickTraining({ epochs: 8, augment: { flips: true, shift: 0.1, light: 0.1 } });

beforeAll(async () => {
  await loadBackend();
});

test('every loss of every update is a metric of its stage, the first update’s sum the loss, and learning rates too', async () => {
  const { records } = await trainDemo(model, { training, validation: createSquares(3, 2) });
  const names = records.map(({ metrics }) => Object.keys(metrics));
  const always = ['loss', 'segmentation', 'boundary', 'learningRate'];
  const validated = ['validationLoss', 'validationSegmentation', 'validationBoundary'];
  const further = ['adversarial', 'discriminator', 'adversarialLearningRate', 'discriminatorLearningRate'];
  expect(names[1].sort()).toEqual([...always, ...validated].sort());
  expect(names[2].sort()).toEqual([...always, ...further, ...validated].sort());
  for (const { metrics } of records) {
    // Float32 sums of the two terms, averaged over the steps in double precision.
    expect(metrics.segmentation + metrics.boundary).toBeCloseTo(metrics.loss, 5);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  }
});

test('a polynomial rate falls within its stage', async () => {
  const { records } = await trainDemo(model, { training });
  const rates = records.slice(2).map(({ metrics }) => metrics.adversarialLearningRate);
  const published = [0, 1, 2, 3, 4, 5].map((done) => 1e-3 * (1 - done / 6) ** 0.9);
  expect(rates).toEqual(published);
});

test('in the warm-up the trunk is frozen, to the bit', async () => {
  const { checkpoints } = await trainDemo(model, { training });
  const bytes = (epoch: number, name: string) => [
    ...checkpoints[epoch - 1].tensors.get(`weights/${name}`)!.values,
  ];
  for (const name of ['trunk/1/conv/filter', 'trunk/2/conv/filter']) {
    expect([name, bytes(2, name)]).toEqual([name, bytes(1, name)]);
    expect(bytes(3, name)).not.toEqual(bytes(2, name));
  }
  expect(bytes(2, 'head/mask/filter')).not.toEqual(bytes(1, 'head/mask/filter'));
});

test.each([1, 2, 3, 7])('resumed after epoch %i of two stages it ends with the same bits', async (epoch) => {
  const whole = await trainDemo(model, { training });
  const resume = checkpointFromBytes(checkpointToBytes(whole.checkpoints[epoch - 1]));
  const rest = await trainDemo(model, { training, resume });
  expect(rest.weights.equals(whole.weights)).toBe(true);
  expect(rest.records.at(-1)!.metrics).toEqual(whole.records.at(-1)!.metrics);
  expect([...rest.checkpoints.at(-1)!.tensors]).toEqual([...whole.checkpoints.at(-1)!.tensors]);
});

test('a checkpoint holds the discriminator and every optimiser; the trained model holds none of them', async () => {
  const { checkpoints, weights } = await trainDemo(model, { training });
  const names = [...checkpoints[3].tensors.keys()];
  expect(names).toEqual(
    expect.arrayContaining([
      'helpers/weights/discriminator/1/filter',
      'optimiser/segmenter/trunk/1/conv/filter/m',
      'optimiser/adversarial/trunk/1/conv/filter/v',
      'optimiser/discriminator/discriminator/1/filter/v',
    ]),
  );
  const stored = [...fromSafetensors(weights).tensors.keys()];
  expect(stored.filter((name) => !/^(weights|statistics)\/(trunk|head)\//.test(name))).toEqual([]);
});

test('a checkpoint of an epoch that is now in another stage is refused', async () => {
  const { checkpoints } = await trainDemo(model, { training });
  const longer = { ...training, epochs: 16 }; // its warm-up ends after epoch 4
  await expect(trainDemo(model, { training: longer, resume: checkpoints[2] })).rejects.toThrow(
    "epoch 3 in stage 'adversarial': here that epoch is in stage 'warm-up'",
  );
});

test('the unlabelled stream is read in an order of its own, a batch a step, all of it and nothing but its images', async () => {
  const read: number[][] = [];
  const images = imagesOnly(createSquares(7, 3));
  const unlabelled: SampleSource = {
    ...images,
    read: (indices) => {
      read.push([...indices]);
      return images.read(indices);
    },
  };
  await trainDemo(model, { training: quickTraining({ epochs: 4 }), unlabelled });
  expect(read.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4, 4, 4]); // two steps of four an epoch
  expect(new Set(read.flat()).size).toBe(7);
  expect(read[0]).not.toEqual(read[2]);
});

test('the unlabelled images change what is learned', async () => {
  const [first, second] = [
    await trainDemo(model, { training }),
    await trainDemo(model, { training, unlabelled: imagesOnly(createSquares(7, 4)) }),
  ];
  expect(first.weights.equals(second.weights)).toBe(false);
});

test.each([
  ['none', undefined, /'adversarial-segmenter' learns from unlabelled images too: received none/],
  [
    'images of another size',
    { height: 64 },
    /unlabelled images are 64 × 32 pixels: training images are 32 × 32/,
  ],
  ['no image', { ids: [] }, /the stream of unlabelled images is empty/],
])('%s for the second stream is refused, and no tensor leaks', async (_, change, message) => {
  const before = tf.memory().numTensors;
  const unlabelled = change && { ...createSquares(4), ...change };
  await expect(trainDemo(model, { unlabelled })).rejects.toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
});

test('too few epochs for its stages are refused', async () => {
  const once = quickTraining({ epochs: 1 });
  await expect(trainDemo(model, { training: once })).rejects.toThrow(
    'training in 2 stages needs more epochs than 1',
  );
});
