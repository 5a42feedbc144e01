import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { fold, imagesOfFold } from '../data/fold.ts';
import type { SampleSource } from '../data/sample.ts';
import { byDiagnosisLoss } from '../diagnosis/by-diagnosis-loss.ts';
import type { GradientDiagnosisModel } from '../diagnosis/diagnosis-model.ts';
import { dlCat } from '../diagnosis/dl-cat.ts';
import { dlSsl } from '../diagnosis/dl-ssl.ts';
import { diagnosisLoss } from '../losses/diagnosis-loss.ts';
import { configOf } from '../method.ts';
import type { GradientModel, TrainedNetwork } from '../models.ts';
import { buildModel, createSquares, quickTraining } from '../models.test-helper.ts';
import { segmentationModels } from '../segmentation/index.ts';
import { checkpointFromBytes, checkpointToBytes, saveWeights, type Checkpoint } from './checkpoint.ts';
import { train, type EpochRecord, type TrainOptions } from './loop.ts';
import { InputError } from '../errors.ts';

// The smallest residual network: these tests are about the loop.
const model: GradientDiagnosisModel = dlCat;
const config = model.config.parse({
  resnet: { block: 'basic', stem: 4, widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1] },
});
const source = createSquares(10);
type Settings = Partial<Omit<TrainOptions, 'model'> & { readonly model: GradientModel }>;
const build = (settings: Settings = {}) => buildModel(settings.model ?? model, 1, settings.config ?? config);

beforeAll(async () => {
  await loadBackend();
});

/** Bytes of the trainable weights alone: a step's forward pass has moved the statistics. */
function saveTrainable({ weights }: TrainedNetwork): Buffer {
  const arrays = [...weights.trainable.values()].map((weight) => Float32Array.from(weight.dataSync()));
  return Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)));
}

/** Trains to the end; the weights' bytes and the records. */
async function run(settings: Settings = {}) {
  const { network, dispose } = build(settings);
  const options = {
    model,
    config,
    network,
    training: quickTraining({ epochs: 3 }),
    source,
    seed: 5,
    ...settings,
  };
  const records: EpochRecord[] = [];
  const checkpoints: Checkpoint[] = [];
  try {
    for await (const record of train(options)) {
      records.push(record);
      checkpoints.push(record.checkpoint());
    }
    return { records, checkpoints, weights: Buffer.from(saveWeights(network)) };
  } finally {
    dispose();
  }
}

const augment = { flips: true, shift: 0.1, light: 0.1 };

test('equal seeds give equal bits, another seed others', async () => {
  const [first, second, other] = [await run(), await run(), await run({ seed: 6 })];
  expect(first.weights.equals(second.weights)).toBe(true);
  expect(first.records.map(({ metrics }) => metrics)).toEqual(second.records.map(({ metrics }) => metrics));
  expect(first.weights.equals(other.weights)).toBe(false);
});

test.each([1, 2])('resumed after epoch %i it ends with the same bits as the unbroken run', async (epoch) => {
  const training = quickTraining({ epochs: 3, augment, schedule: { kind: 'step', factor: 0.5, every: 1 } });
  const whole = await run({ training });
  const resume = checkpointFromBytes(checkpointToBytes(whole.checkpoints[epoch - 1]));
  const rest = await run({ training, resume });
  expect(rest.records.map((record) => record.epoch)).toEqual([1, 2, 3].slice(epoch));
  expect(rest.records.at(-1)!.steps).toBe(whole.records.at(-1)!.steps);
  expect(rest.weights.equals(whole.weights)).toBe(true);
});

test('a student and the teacher that learns beside it are resumed to the bit', async () => {
  const ssl: Settings = { model: dlSsl, config: configOf(dlSsl, { preset: 'demo' }) };
  const whole = await run(ssl);
  const resume = checkpointFromBytes(checkpointToBytes(whole.checkpoints[0]));
  expect([...resume.tensors.keys()]).toContain('optimiser/main/teacher/stem/conv/filter/m');
  const rest = await run({ ...ssl, resume });
  expect(rest.weights.equals(whole.weights)).toBe(true);
});

test('a run that had ended has nothing left to do', async () => {
  const { checkpoints, weights } = await run();
  const rest = await run({ resume: checkpoints[2] });
  expect(rest.records).toEqual([]);
  expect(rest.weights.equals(weights)).toBe(true);
});

test('abort stops within one step, throws the reason and leaks no tensor', async () => {
  const before = tf.memory().numTensors;
  const abort = new AbortController();
  const steps: number[] = [];
  const onStep = (done: number) => {
    steps.push(done);
    if (done === 3) abort.abort(new Error('asked to stop'));
  };
  await expect(run({ signal: abort.signal, onStep })).rejects.toThrow('asked to stop');
  expect(steps).toEqual([1, 2, 3]);
  expect(tf.memory().numTensors).toBe(before);
});

test('a timer of the same process can abort a source that never waits', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('time is up')), 1);
  const training = quickTraining({ epochs: 10_000 });
  await expect(run({ signal: abort.signal, training })).rejects.toThrow('time is up');
});

test('counts steps over the whole run, and leaves out the remainder of an epoch', async () => {
  const seen: [number, number][] = [];
  await run({ onStep: (done, total) => seen.push([done, total]) });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6])); // ten images: two batches of four, three times
});

test('a small set gets more epochs until the least number of updates is made, and says so as it goes', async () => {
  const seen: number[][] = [];
  const training = quickTraining({ epochs: 1, batchSize: 4, minSteps: 5 });
  const { records } = await run({ training, onStep: (...place) => seen.push(place) });
  const stepsAnEpoch = seen.length / records.length;
  expect(records.length).toBe(Math.ceil(5 / stepsAnEpoch));
  expect(seen[0]).toEqual([1, seen.length, 1, records.length]);
  expect(seen.at(-1)).toEqual([seen.length, seen.length, records.length, records.length]);
});

test('reads one batch ahead and never more than a batch at once', async () => {
  const sizes: number[] = [];
  let steps = 0;
  const ahead: number[] = [];
  const watched: SampleSource = {
    ...source,
    read: (indices) => {
      sizes.push(indices.length);
      ahead.push(sizes.length - steps);
      return source.read(indices);
    },
  };
  await run({ source: watched, onStep: (done) => (steps = done) });
  expect(Math.max(...sizes)).toBe(4);
  expect(Math.max(...ahead)).toBe(2);
});

test('measures the validation loss without changing the result', async () => {
  const [plain, validated] = [await run(), await run({ validation: createSquares(3, 2) })];
  expect(validated.weights.equals(plain.weights)).toBe(true);
  for (const { metrics } of validated.records) expect(Number.isFinite(metrics.validationLoss)).toBe(true);
  expect(plain.records[0].metrics.validationLoss).toBeUndefined();
});

test('what is left out for cross-fitting, all images of a subject, is never read', async () => {
  const read = new Set<number>();
  const subjects = source.ids.map((_, index) => `subject-${Math.floor(index / 2)}`);
  const watched = {
    ...source,
    subjects,
    read: (indices: readonly number[]) => {
      indices.forEach((index) => read.add(index));
      return source.read(indices);
    },
  };
  const leaveOut = fold.parse({ index: 0, of: 3 });
  const left = imagesOfFold({ ...source, subjects }, leaveOut);
  const kept = subjects.flatMap((_, index) => (left.includes(index) ? [] : [index]));
  expect(kept.length).toBeLessThan(source.ids.length);
  await run({ source: watched, training: quickTraining({ batchSize: 2, leaveOut }) });
  expect([...read].sort()).toEqual(kept);
});

test('leaves images of unknown diagnosis out of a diagnosis training', async () => {
  const diagnoses = source.diagnoses.map((diagnosis, i) => (i < 6 ? diagnosis : null));
  const read: number[] = [];
  const watched: SampleSource = {
    ...source,
    diagnoses,
    read: (indices) => {
      read.push(...indices);
      return source.read(indices);
    },
  };
  await run({ source: watched });
  expect(Math.max(...read)).toBeLessThan(6);
});

describe('refuses', () => {
  const changed = (change: Partial<SampleSource>): SampleSource => ({ ...source, ...change });

  test.each<[string, Settings, RegExp]>([
    ['one image', { source: createSquares(1) }, /two images or more with a known diagnosis: received 1/],
    [
      'images of one class',
      { source: changed({ diagnoses: source.ids.map(() => 1) }) },
      /all 10 training images have diagnosis 1/,
    ],
    [
      'samples without a fused mask',
      {
        source: changed({
          read: async (i) => (await source.read(i)).map((sample) => ({ ...sample, fused: undefined })),
        }),
      },
      /image 'square-\d' has no fused mask/,
    ],
    [
      'an image of another size',
      { source: changed({ read: async (i) => shortened(await source.read(i)) }) },
      /square-\d/,
    ],
    [
      'validation images of another size',
      { validation: changed({ height: 64 }) },
      /validation images are 64 × 32 pixels/,
    ],
  ])('%s', async (_, settings, message) => {
    const before = tf.memory().numTensors;
    await expect(run(settings)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('an image that holds NaN, by its name', async () => {
    const broken = changed({
      read: async (i) =>
        (await source.read(i)).map((sample) => ({ ...sample, image: sample.image.map(() => Number.NaN) })),
    });
    await expect(run({ source: broken })).rejects.toThrow(/the image of 'square-\d' holds NaN/);
  });

  test('a loss that is not a number, naming epoch and step, before any weight is touched', async () => {
    let calls = 0;
    const failing: GradientDiagnosisModel = {
      ...model,
      learn: byDiagnosisLoss((output, target) => {
        calls += 1;
        const { diagnosis } = diagnosisLoss(output, target);
        return { diagnosis: calls < 4 ? diagnosis : diagnosis.mul(Number.NaN) };
      }),
    };
    let last: Buffer = Buffer.alloc(0);
    const { network, dispose } = build();
    const options = {
      model: failing,
      config,
      network,
      training: quickTraining({ epochs: 3 }),
      source,
      seed: 5,
    };
    const records = train({ ...options, onStep: () => (last = saveTrainable(network)) });
    await records.next();
    await expect(records.next()).rejects.toThrow(/the loss is NaN in epoch 2, step 4/);
    expect(last.equals(saveTrainable(network))).toBe(true);
    dispose();
  });

  test('a weight that is no number, whichever it is, naming epoch and step', async () => {
    const { network, dispose } = build();
    // The ReLU of wasm makes 0 of NaN, so that the loss need not show it: there the weights tell after the epoch.
    const inLoss = 'the loss is NaN in epoch 1, step 1';
    const inWeights = "weight '.+' is no finite number after epoch 1";
    const noticed = new RegExp(
      `^(${tf.getBackend() === 'wasm' ? `${inLoss}|${inWeights}` : inLoss}): try a lower`,
    );
    for (const [name, weight] of network.weights.trainable) {
      const poisoned = build();
      const [, target] = [...poisoned.network.weights.trainable].find(([one]) => one === name)!;
      // One number of it: a whole tensor of NaN could reach the loss by more ways.
      const values = weight.dataSync().slice();
      values[0] = Number.NaN;
      tf.tidy(() => target.assign(tf.tensor(values, weight.shape)));
      const records = train({
        model,
        config,
        network: poisoned.network,
        training: quickTraining(),
        source,
        seed: 5,
      });
      const reason = await records.next().then(
        () => 'it went on',
        (error: Error) => error.message,
      );
      expect([name, reason]).toEqual([name, expect.stringMatching(noticed)]);
      poisoned.dispose();
    }
    dispose();
  });

  test('the checkpoint of another network, changing nothing', async () => {
    const { checkpoints } = await run();
    const other = segmentationModels.get('baseline-seg');
    const { network, dispose } = buildModel(other);
    const before = Buffer.from(saveWeights(network));
    const training = quickTraining();
    const options = { model: other, config: other.config.parse({}), network, training, source, seed: 1 };
    const started = train({ ...options, resume: checkpoints[0] }).next();
    await expect(started).rejects.toThrow(InputError);
    expect(before.equals(Buffer.from(saveWeights(network)))).toBe(true);
    dispose();
  });

  const shortened = (samples: Awaited<ReturnType<SampleSource['read']>>) =>
    samples.map((sample) => ({ ...sample, image: sample.image.slice(3) }));
});
