import * as tf from '@tensorflow/tfjs';
import { imagesOfFold } from '../data/fold.ts';
import type { SampleSource } from '../data/sample.ts';
import type { Weights } from '../layers/weights.ts';
import { epochBatches } from './batch-order.ts';
import { restoreCheckpoint, takeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createFeed } from './feed.ts';
import type { Learner, Stage, Trainable } from './learner.ts';
import { createMeans } from './means.ts';
import { assignment } from './network-tensors.ts';
import { epochsOf } from './schedule.ts';
import { setRates, stageAt } from './stages.ts';
import { learnStep, type Numbers } from './train-step.ts';
import type { TrainingConfig } from './training-config.ts';
import {
  checkWeights,
  createState,
  disposeState,
  keepBest,
  type Best,
  type TrainingState,
} from './training-state.ts';
import { transferWeights } from './transfer.ts';
import { validate } from './validate.ts';
import { InputError } from '../errors.ts';

export interface TrainOptions {
  readonly model: Trainable<{ readonly weights: Weights }, unknown>;
  /** The model's parsed configuration. */
  readonly config: unknown;
  readonly network: { readonly weights: Weights };
  readonly training: TrainingConfig;
  /** Training images, opened with a fusion: samples carry `fused`. */
  readonly source: SampleSource;
  /** Images whose losses are measured after each epoch; passed over where the model can learn from none of them. */
  readonly validation?: SampleSource;
  /** The second stream of a model that learns from images without masks; only their pixels are looked at. */
  readonly unlabelled?: SampleSource;
  /** Weights of another trained network (`saveWeights`) to begin with, as far as they fit. */
  readonly initial?: Uint8Array;
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
  /**
   * `loss` and, where it has several terms, each of them, and the losses of further updates: means over the epoch's steps;
   * the same of the frozen network on validation images, as `validationLoss` and so on; `learningRate`, and
   * `<group>LearningRate` of further groups.
   */
  readonly metrics: Numbers;
  /** The epoch whose weights the run would end with, where it keeps the best. */
  readonly best: Best | null;
  /** The state after this epoch. Ask before the next epoch begins. */
  checkpoint(): Checkpoint;
}

/**
 * Trains a network in place and yields a record an epoch. Knows no model: how a step is made comes with the spec
 * (`learn`). The network stays its caller's, also after an error. Take all records: where the best epoch is kept, its
 * weights are put back after the last one.
 */
export async function* train(options: TrainOptions): AsyncGenerator<EpochRecord> {
  const { network, training, seed, resume, onStep } = options;
  const { learner, images } = prepare(options);
  const state = createState(network, learner);
  try {
    const feed = createFeed(options, learner);
    const epochs = epochsOf(training, images.length);
    start(options, state, learner, epochs);
    let steps = resume?.step ?? 0;
    for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
      const { stage, within } = stageAt(learner, epoch, epochs);
      if (within.epoch === 1) begin(stage, state);
      const rates = setRates(stage, state, within);
      const batches = epochBatches(images, { batchSize: training.batchSize, seed, epoch });
      const means = createMeans();
      for await (const samples of feed.read(batches, epoch)) {
        const moment = { training: true, epoch, step: ++steps, seed };
        means.add(tf.tidy(() => learnStep(stage.updates, feed.parts(samples, moment), { ...state, moment })));
        onStep?.(steps, epochs * batches.length, epoch, epochs);
      }
      checkWeights(state, epoch);
      const metrics = { ...means.values(), ...rates, ...(await validate(stage, feed, seed)) };
      if (training.keep === 'best') keepBest(state, epoch, metrics.validationLoss);
      const at = { epoch, step: steps, stage: stage.name };
      yield { epoch, steps, metrics, best: bestOf(state), checkpoint: () => takeCheckpoint(state, at) };
    }
    if (state.best) assignment(network.weights, state.best.tensors)();
  } finally {
    disposeState(state);
  }
}

/** The learner, and the images that it learns from. @throws InputError where the data cannot train the model. */
function prepare(options: TrainOptions): { learner: Learner; images: number[] } {
  const { model, source, unlabelled, training } = options;
  const leftOut = new Set(training.leaveOut ? imagesOfFold(source, training.leaveOut) : []);
  const images = source.ids.map((_, index) => index).filter((index) => !leftOut.has(index));
  const needed = model.needsUnlabelled ?? false;
  if (needed !== Boolean(unlabelled)) {
    const [what, received] = needed
      ? ['from unlabelled images too', 'none']
      : ['from no unlabelled images', 'some'];
    throw new InputError(`'${model.name}' learns ${what}: received ${received}`);
  }
  const learner = model.learn({ ...options, images });
  const usable = images.filter((index) => learner.usable?.(source, index) ?? true);
  if (usable.length >= 2) return { learner, images: usable };
  learner.helpers?.dispose();
  throw new InputError(`training needs two images or more: received ${usable.length}`);
}

/** Puts the run where it begins, or goes on. */
function start(
  { resume, initial }: TrainOptions,
  state: TrainingState,
  learner: Learner,
  epochs: number,
): void {
  if (!resume) {
    if (initial) transferWeights(state.network.weights, initial);
    return;
  }
  const { stage } = stageAt(learner, resume.epoch, epochs);
  if (stage.name !== resume.stage)
    throw new InputError(
      `the checkpoint is of epoch ${resume.epoch} in stage '${resume.stage}': here that epoch is in stage '${stage.name}'`,
    );
  restoreCheckpoint(state, resume);
}

/** Losses of different stages do not compare: the best epoch is of the last one. */
function begin(stage: Stage, state: TrainingState): void {
  stage.begin?.();
  state.best = null;
}

const bestOf = ({ best }: TrainingState): Best | null =>
  best && { epoch: best.epoch, validationLoss: best.validationLoss };
