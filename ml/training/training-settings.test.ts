import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadBackend } from '../backend.ts';
import type { SampleSource } from '../data/sample.ts';
import { dlCat } from '../diagnosis/dl-cat.ts';
import type { GradientDiagnosisModel } from '../diagnosis/diagnosis-model.ts';
import { convolution } from '../layers/conv-block.ts';
import { createWeights } from '../layers/weights.ts';
import { segmentationLoss } from '../losses/segmentation-loss.ts';
import { buildModel, createSquares, demoConfig, quickTraining } from '../models.test-helper.ts';
import { relu } from '../ops/relu.ts';
import { baselineSeg } from '../segmentation/baseline-seg.ts';
import { bySegmentationLoss } from '../segmentation/by-segmentation-loss.ts';
import type { SegmentationModel } from '../segmentation/segmentation-model.ts';
import { checkpointFromBytes, checkpointToBytes, loadWeights, saveWeights } from './checkpoint.ts';
import { changedSource, trainDemo } from './fixtures.test-helper.ts';
import { fromSafetensors } from './safetensors.ts';
import type { TrainingConfig } from './training-config.ts';

beforeAll(async () => {
  await loadBackend();
});

/** Baseline-Seg's place taken by two convolutions: nothing in it looks at more than one image. */
const withoutBatchNorm: SegmentationModel = {
  ...(baselineSeg as SegmentationModel),
  build({ structures, seed }) {
    const weights = createWeights(seed);
    const first = convolution(weights.scope('1'), { in: 3, out: 8, kernel: 3, bias: true });
    const second = convolution(weights.scope('2'), { in: 8, out: structures, kernel: 3, bias: true });
    return { weights, apply: ({ image }) => ({ logits: second(relu(first(image))) }) };
  },
  learn: bySegmentationLoss((output, target) => segmentationLoss(output, target)),
};

const valuesOf = (file: Uint8Array): number[] =>
  [...fromSafetensors(file).tensors.values()].flatMap(({ values }) => [...values]);

/** The largest difference of two files' numbers. */
function apart(first: Uint8Array, second: Uint8Array): number {
  const [a, b] = [valuesOf(first), valuesOf(second)];
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe('micro-batches', () => {
  const run = (model: SegmentationModel, settings: Partial<TrainingConfig>) =>
    trainDemo(model, { training: quickTraining({ batchSize: 5, ...settings }) });

  test.each(['sgd', 'adam'] as const)(
    'without batch norm the weights (%s) are those of the whole batch, but for rounding',
    async (optimiser) => {
      const whole = await run(withoutBatchNorm, { optimiser });
      for (const microBatch of [1, 2, 3]) {
        const parts = await run(withoutBatchNorm, { optimiser, microBatch });
        // Float32 sums in another order, of weights below 1: seen are 7e-9 (sgd) and 3e-8 (adam).
        expect(apart(parts.weights, whole.weights)).toBeLessThan(1e-6);
        expect(parts.records[0].metrics.loss).toBeCloseTo(whole.records[0].metrics.loss, 6);
        expect(parts.records.at(-1)!.steps).toBe(whole.records.at(-1)!.steps);
      }
    },
  );

  test('with batch norm each part has statistics of its own: near the whole batch, not equal', async () => {
    const model = baselineSeg as SegmentationModel;
    const [whole, parts] = [await run(model, {}), await run(model, { microBatch: 3 })];
    expect(apart(parts.weights, whole.weights)).toBeGreaterThan(1e-4);
    const [loss, other] = [whole, parts].map(({ records }) => records[0].metrics.loss);
    expect(Math.abs(other / loss - 1)).toBeLessThan(0.1); // seen: 0.001
  });

  test('a part that is the whole batch changes no bit', async () => {
    const model = baselineSeg as SegmentationModel;
    const [whole, same] = [await run(model, {}), await run(model, { microBatch: 5 })];
    expect(same.weights.equals(whole.weights)).toBe(true);
  });

  test('parts are as even as can be, and equal seeds give equal bits', async () => {
    const sizes: number[] = [];
    const watched: SegmentationModel = {
      ...withoutBatchNorm,
      learn: bySegmentationLoss((output, target) => {
        sizes.push(output.logits.shape[0]);
        return segmentationLoss(output, target);
      }),
    };
    const [first, second] = [
      await run(watched, { microBatch: 4, epochs: 1 }),
      await run(watched, { microBatch: 4, epochs: 1 }),
    ];
    expect(sizes.slice(0, 4)).toEqual([2, 3, 2, 3]); // rather than four and one
    expect(first.weights.equals(second.weights)).toBe(true);
  });
});

describe("keep: 'best'", () => {
  const model = withoutBatchNorm;
  // Masks turned inside out: what is learned makes the validation worse from some epoch on.
  const validation = changedSource(createSquares(3, 2), (sample) => ({
    ...sample,
    fused: sample.fused!.map((value) => 1 - value),
  }));
  const training = quickTraining({ epochs: 4, keep: 'best' });

  test('ends with the weights of the epoch of lowest validation loss, and says which', async () => {
    const last = await trainDemo(model, { validation, training: quickTraining({ epochs: 4 }) });
    const losses = last.records.map(({ metrics }) => metrics.validationLoss);
    const lowest = losses.indexOf(Math.min(...losses));
    expect(lowest).toBeLessThan(3);
    const best = await trainDemo(model, { validation, training });
    expect(best.records.map((record) => record.metrics)).toEqual(
      last.records.map((record) => record.metrics),
    );
    expect(best.records.at(-1)!.best).toEqual({ epoch: lowest + 1, validationLoss: losses[lowest] });
    const kept = [...last.checkpoints[lowest].tensors].filter(([name]) =>
      /^(weights|statistics)\//.test(name),
    );
    expect([...fromSafetensors(best.weights).tensors]).toEqual(kept);
    expect(last.records.at(-1)!.best).toBeNull();
  });

  test.each([1, 3, 4])('resumed after epoch %i it keeps the same', async (epoch) => {
    const whole = await trainDemo(model, { validation, training });
    const resume = checkpointFromBytes(checkpointToBytes(whole.checkpoints[epoch - 1]));
    expect(resume.best).toEqual(whole.records[epoch - 1].best);
    const rest = await trainDemo(model, { validation, training, resume });
    expect(rest.weights.equals(whole.weights)).toBe(true);
  });

  test('without validation images is refused', async () => {
    await expect(trainDemo(model, { training })).rejects.toThrow("keep: 'best' needs validation images");
  });
});

describe('initial weights of another network', () => {
  const model = withoutBatchNorm;
  const trained = () => trainDemo(model);
  const started = (initial: Uint8Array, change: Partial<SampleSource> = {}) =>
    trainDemo(model, {
      initial,
      source: { ...createSquares(10), ...change },
      training: quickTraining({ epochs: 1 }),
    });

  test('are where training begins', async () => {
    const { weights } = await trained();
    const [begun, anew] = [
      await started(weights),
      await trainDemo(model, { training: quickTraining({ epochs: 1 }) }),
    ];
    expect(begun.records[0].metrics.loss).toBeLessThan(anew.records[0].metrics.loss);
  });

  test('that fit nothing are refused', async () => {
    const other = await trainDemo(dlCat);
    await expect(started(other.weights)).rejects.toThrow(
      /the initial weights fit none of the network's 4: theirs are named like 'weights\//,
    );
  });

  test('do not touch a resumed run', async () => {
    const { checkpoints, weights } = await trained();
    const resumed = await trainDemo(model, { initial: weights, resume: checkpoints[0] });
    expect(resumed.weights.equals(weights)).toBe(true);
  });
});

describe('files of version 0.1.0', () => {
  const config = dlCat.config.parse({
    resnet: { block: 'basic', stem: 2, widths: [2, 2, 2, 2], blocks: [1, 1, 1, 1] },
  });
  const stored = (name: string) => readFileSync(path.join(import.meta.dirname, name));
  const model = dlCat as GradientDiagnosisModel;

  test('a checkpoint is gone on from, its moments under the name of the only optimiser', async () => {
    const resume = checkpointFromBytes(stored('checkpoint-0.1.0.safetensors'));
    expect([resume.epoch, resume.step, resume.stage, resume.best]).toEqual([2, 4, 'main', null]);
    const { records, weights } = await trainDemo(model, {
      config,
      resume,
      training: quickTraining({ epochs: 2 }),
    });
    expect(records).toEqual([]);
    expect(valuesOf(weights)).toEqual(valuesOf(stored('weights-0.1.0.safetensors')));
    const on = await trainDemo(model, { config, resume, training: quickTraining({ epochs: 3 }) });
    expect(on.records.map(({ epoch, steps }) => [epoch, steps])).toEqual([[3, 6]]);
    expect(on.checkpoints[0].tensors.get('optimiser/main/step')!.values[0]).toBe(6);
  });

  test('weights are loaded', () => {
    const { network, dispose } = buildModel(model, 1, config);
    const file = stored('weights-0.1.0.safetensors');
    loadWeights(network, file);
    expect(valuesOf(saveWeights(network))).toEqual(valuesOf(file));
    dispose();
  });

  test('weights of another model are refused by name', () => {
    const { network, dispose } = buildModel(model, 1, demoConfig(model));
    expect(() => loadWeights(network, stored('weights-0.1.0.safetensors'))).toThrow(
      /'weights\/.+' has shape|of another network/,
    );
    dispose();
  });
});

test('nothing leaks where a training ends early', async () => {
  const before = tf.memory().numTensors;
  const broken = changedSource(createSquares(10), (sample) => ({ ...sample, fused: undefined }));
  await expect(trainDemo(withoutBatchNorm, { source: broken })).rejects.toThrow(/no fused mask/);
  expect(tf.memory().numTensors).toBe(before);
});
