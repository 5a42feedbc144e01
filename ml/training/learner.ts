import type * as tf from '@tensorflow/tfjs';
import type { SampleSource } from '../data/sample.ts';
import type { Weights } from '../layers/weights.ts';
import type { Losses } from '../losses/losses.ts';
import type { Batch } from './batch.ts';
import type { Moment } from './moment.ts';
import type { OptimiserConfig } from './optimiser-config.ts';
import type { Targets } from './targets.ts';
import type { TrainingConfig } from './training-config.ts';

/**
 * What is to be minimised on a batch: called outside of the tape, so that what it computes before it returns is constant;
 * the function that it returns is differentiated. Null leaves this batch out. Everything runs inside tf.tidy.
 */
export type Objective = (batch: Batch, moment: Moment) => (() => Losses) | null;

/** Weights that one optimiser updates. */
export interface Group {
  /** Names the optimiser's state in checkpoints. Groups of one name, in several stages, share their optimiser. */
  readonly name: string;
  /** Weights by full name, of the network or of the learner's helpers: see `weightsOf`. */
  readonly weights: ReadonlyMap<string, tf.Variable>;
  readonly optimiser: OptimiserConfig;
}

/** One move of a step: the gradients of the objective update its groups. All other weights are constant to it. */
export interface Update {
  readonly objective: Objective;
  readonly groups: readonly Group[];
}

/** A stretch of epochs. Weights in none of its groups are frozen in it. */
export interface Stage {
  readonly name: string;
  /** Share of the run's epochs, in (0, 1). The last stage, which needs none, takes what is left. */
  readonly share?: number;
  /**
   * Made one after the other in each step. The first one's terms add up to the metric `loss`; its terms and those of
   * the others are metrics by their names.
   */
  readonly updates: readonly Update[];
  /** What is measured on validation images, where that is not the first update's objective. */
  readonly validate?: Objective;
  /** Called once, before the stage's first epoch: to copy weights, or to draw some anew. */
  readonly begin?: () => void;
}

/** How a network is trained: made for one run by the model's `learn`. */
export interface Learner {
  /** One after the other. */
  readonly stages: readonly Stage[];
  /** Weights that only training needs, a discriminator's for one: in checkpoints, not in the trained model. */
  readonly helpers?: Weights;
  /** What is made of each sample on the CPU: `batch.targets`. */
  readonly targets?: Targets;
  /** Whether it can learn from the image of this index; from every image, where it is left out. */
  readonly usable?: (source: SampleSource, index: number) => boolean;
}

export interface LearnInput<Net, Config> {
  readonly network: Net;
  /** The model's parsed configuration. */
  readonly config: Config;
  readonly training: TrainingConfig;
  /** The training images, left-out ones among them. */
  readonly source: SampleSource;
  /** Indices of the images that are not left out. */
  readonly images: readonly number[];
  readonly seed: number;
}

/** @throws InputError where the data cannot train the model. */
export type Learn<Net, Config> = (input: LearnInput<Net, Config>) => Learner;

/** What the training loop knows of a model. */
export interface Trainable<Net, Config> {
  readonly name: string;
  /** True where it learns from a second stream of images, without masks or diagnoses. */
  readonly needsUnlabelled?: boolean;
  learn(input: LearnInput<Net, Config>): Learner;
}

type Trained = { readonly weights: Weights };

/** The name of the stage and of the group of models that need no more than one. */
export const MAIN = 'main';

/** The plain way: one optimiser, the training's own, for all weights of the network. */
export function minimise<Net extends Trained>(
  { network, training }: Pick<LearnInput<Net, unknown>, 'network' | 'training'>,
  objective: Objective,
): Learner {
  const group = { name: MAIN, weights: network.weights.trainable, optimiser: training };
  return { stages: [{ name: MAIN, updates: [{ objective, groups: [group] }] }] };
}

/** The trainable weights whose full names begin with one of these. */
export function weightsOf(
  { trainable }: Pick<Weights, 'trainable'>,
  ...beginnings: readonly string[]
): ReadonlyMap<string, tf.Variable> {
  return new Map(
    [...trainable].filter(([name]) => beginnings.some((beginning) => name.startsWith(beginning))),
  );
}
