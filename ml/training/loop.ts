import * as tf from '@tensorflow/tfjs';
import { imagesOfFold } from '../data/fold.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import type { Weights } from '../layers/weights.ts';
import { createAdam, type Adam } from '../ops/adam.ts';
import { drawChange } from './augment.ts';
import { toBatch } from './batch.ts';
import { epochBatches, inBatches } from './batch-order.ts';
import { restoreCheckpoint, takeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { objectiveOf, usableImages, type Objective, type ObjectiveOptions } from './objective.ts';
import { readAhead } from './read-ahead.ts';
import { epochsOf, learningRateAt } from './schedule.ts';
import { trainStep } from './train-step.ts';
import { DivergedError, InputError } from '../errors.ts';

export interface TrainOptions extends ObjectiveOptions {
  /** Training images, opened with a fusion: samples carry `fused`. */
  readonly source: SampleSource;
  readonly validation?: SampleSource;
  /** Rules the order of the images; the weights' initial values are the network's own. */
  readonly seed: number;
  /** Aborting stops within one step and throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Goes on after this checkpoint's epoch; weights are bit-equal to those of an unbroken run. */
  readonly resume?: Checkpoint;
  /** After each step: steps done and to do, and the epoch (from 1) of so many, in the whole run. */
  readonly onStep?: (done: number, total: number, epoch: number, epochs: number) => void;
}

export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps done since the beginning of the run. */
  readonly steps: number;
  /** `loss`, mean over the epoch's steps; `learningRate`; `validationLoss`, frozen, mean over images. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The state after this epoch. Ask before the next epoch begins. */
  checkpoint(): Checkpoint;
}

/**
 * Trains a network in place and yields a record an epoch. Knows no model by name: the loss comes with the spec.
 * The network stays its caller's, also after an error.
 */
export async function* train(options: TrainOptions): AsyncGenerator<EpochRecord> {
  const { network, training, source, validation, seed, signal, resume, onStep } = options;
  const images = imagesToTrain(options);
  const objective = objectiveOf(options);
  const adam = createAdam(training, network.weights.trainable);
  try {
    if (resume) restoreCheckpoint(network, adam, resume);
    const epochs = epochsOf(training, images.length);
    let steps = resume?.step ?? 0;
    for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
      const batches = epochBatches(images, { batchSize: training.batchSize, seed, epoch });
      const learningRate = learningRateAt(training, epoch);
      adam.setLearningRate(learningRate);
      let sum = 0;
      for await (const samples of readAhead(source, batches, signal)) {
        steps++;
        const place = `epoch ${epoch}, step ${steps}`;
        sum += step(objective, { samples, options, adam, epoch, place });
        onStep?.(steps, epochs * batches.length, epoch, epochs);
      }
      checkWeights(network.weights, epoch);
      const metrics: Record<string, number> = { loss: sum / batches.length, learningRate };
      if (validation) metrics.validationLoss = await validationLoss(objective, { ...options, validation });
      yield {
        epoch,
        steps,
        metrics,
        checkpoint: () => takeCheckpoint(network, adam, { epoch, step: steps }),
      };
    }
  } finally {
    adam.dispose();
  }
}

interface StepInput {
  readonly samples: Parameters<typeof toBatch>[0];
  readonly options: TrainOptions;
  readonly adam: Adam;
  readonly epoch: number;
  readonly place: string;
}

function step(objective: Objective, { samples, options, adam, epoch, place }: StepInput): number {
  const { source, seed, network, training } = options;
  const { clipValue, augment } = training;
  const changeOf =
    augment.flips || augment.shift > 0 || augment.light > 0
      ? ({ id }: Sample) =>
          drawChange(augment, { seed, epoch, id, height: source.height, width: source.width })
      : undefined;
  return tf.tidy(() => {
    const batch = toBatch(samples, source, changeOf);
    const { weights } = network;
    return trainStep(objective(batch, { training: true, epoch }), { weights, adam, clipValue, place });
  });
}

/** The last step of an epoch may spoil a weight that no loss has seen yet. @throws InputError naming weight and epoch. */
function checkWeights({ trainable }: Weights, epoch: number): void {
  for (const [name, variable] of trainable) {
    if (tf.tidy(() => Number.isFinite(variable.abs().mean().dataSync()[0]))) continue;
    throw new DivergedError(
      `weight '${name}' is no finite number after epoch ${epoch}: try a lower learning rate`,
    );
  }
}

/** Mean over the validation images, with frozen statistics. */
async function validationLoss(
  objective: Objective,
  { model, validation, training, signal }: TrainOptions & { validation: SampleSource },
): Promise<number> {
  const images = usableImages(model, validation);
  let sum = 0;
  for await (const samples of readAhead(validation, inBatches(images, training.batchSize), signal)) {
    const loss = tf.tidy(() => objective(toBatch(samples, validation), { training: false })().dataSync()[0]);
    sum += loss * samples.length;
  }
  return sum / images.length;
}

/** @throws InputError where the data cannot train the model. */
function imagesToTrain({ model, source, validation, training: { leaveOut } }: TrainOptions): number[] {
  const leftOut = new Set(leaveOut ? imagesOfFold(source, leaveOut) : []);
  const images = usableImages(model, source).filter((image) => !leftOut.has(image));
  const lacking = model.task === 'diagnosis' ? ' with a known diagnosis' : '';
  if (images.length < 2)
    throw new InputError(`training needs two images or more${lacking}: received ${images.length}`);
  if (model.task === 'diagnosis') checkBothClasses(source, images);
  if (!validation) return images;
  checkSameKind(source, validation);
  if (usableImages(model, validation).length === 0) {
    throw new InputError(`validation needs one image or more${lacking}: received none`);
  }
  return images;
}

function checkBothClasses({ diagnoses }: SampleSource, images: readonly number[]): void {
  if (new Set(images.map((index) => diagnoses[index])).size === 2) return;
  throw new InputError(
    `all ${images.length} training images have diagnosis ${diagnoses[images[0]]}: both are needed`,
  );
}

function checkSameKind(training: SampleSource, validation: SampleSource): void {
  const kind = ({ height, width, structures }: SampleSource): string =>
    `${height} × ${width} pixels with structures ${structures.join(', ')}`;
  if (kind(training) === kind(validation)) return;
  throw new InputError(`validation images are ${kind(validation)}: training images are ${kind(training)}`);
}
