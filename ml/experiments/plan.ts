import type { Fold } from '../data/fold.ts';

/**
 * An experiment as data: steps that the platform can do (fuse, train, evaluate), each naming the steps whose results it
 * needs, and the cells of the table that their numbers fill. Whoever carries it out decides where and when.
 * `createPlanner` (planner.ts) writes plans.
 */
export interface Plan {
  /** Each step stands after those that it needs. */
  readonly steps: readonly Step[];
  readonly cells: readonly Cell[];
  readonly comparisons: readonly Comparison[];
}

export type Step = FuseStep | TrainStep | EvaluateStep;
export type Settings = Readonly<Record<string, unknown>>;

interface AnyStep {
  /** Equal work has an equal key: asked for twice, it is one step. */
  readonly key: string;
  /** For a person: 'train dl-cat'. */
  readonly label: string;
  readonly seed: number;
}

export interface FuseStep extends AnyStep, FuseAsked {
  readonly kind: 'fuse';
}
export interface TrainStep extends AnyStep, TrainAsked {
  readonly kind: 'train';
}
export interface EvaluateStep extends AnyStep, EvaluateAsked {
  readonly kind: 'evaluate';
}

export interface FuseAsked {
  readonly method: string;
  readonly config?: Settings;
  /** Keys of the trainings of θ: one; or, for cross-fitting, one a fold. */
  readonly diagnosisModels?: readonly string[];
  readonly permutedDiagnoses?: boolean;
  /**
   * Each image at its own size, unless another is asked for: for masks to keep. Left out: at the size of the networks, so
   * that fusions are compared by the same pixels.
   */
  readonly ownSize?: boolean;
  /** Of a control: which permutation, counted from 0. */
  readonly permutation?: number;
}

export interface TrainAsked {
  /** A diagnosis or a segmentation model. */
  readonly method: string;
  readonly config?: Settings;
  readonly training?: Settings;
  /** Key of the fusion whose masks it learns with. */
  readonly fusion: string;
  /** Key of the training of the frozen diagnosis network inside it (Take and Give). */
  readonly diagnosisModel?: string;
}

export interface EvaluateAsked {
  /** Key of the fusion whose masks are evaluated; or … */
  readonly fusion?: string;
  /** … of the training of the segmentation model that predicts them. Exactly one of the two. */
  readonly model?: string;
  /** Key of the training of the diagnosis model that reads the masks. Without one, masks are only compared. */
  readonly judge?: string;
  /** Whose images; 'test' if left out. */
  readonly split?: 'train' | 'validation' | 'test';
  /** Only this part of the split's images: those that the model left out, in a cross-validation. */
  readonly fold?: Fold;
  /** Of the control of masks that have seen their labels: how many permutations. */
  readonly permutations?: number;
  /** Metrics of the registry by name; the usual ones if left out. */
  readonly metrics?: readonly { readonly name: string; readonly settings?: Settings }[];
}

/**
 * How a number came about. `paper`: as published; a test image may be fused with its own diagnosis.
 * `leak-controlled`: diagnoses of training images shape the masks, no diagnosis of a test image touches any.
 * `both`: no mask here has seen a diagnosis, so the number stands in either.
 */
export type Protocol = 'paper' | 'leak-controlled' | 'both';

/** Where a number stands in the table. */
export interface Place {
  readonly protocol: Protocol;
  /** The fusion: its masks are read, or a model has learned from them. */
  readonly method: string;
  /** The model: diagnosis, reading the masks; or segmentation, predicting them. */
  readonly model?: string;
  /** The diagnosis model that reads predicted masks. */
  readonly judge?: string;
  readonly rater?: string;
  readonly structure?: string;
}

/**
 * What is read off a step's result. Of an evaluation: a metric of the registry, by name, of the place's structure and
 * rater. Of a fusion: 'weight', a rater's mean weight where raters disagree; 'spectral_energy' of its maps; 'movement'
 * of its masks from the vote; 'loss', the lowest of each image.
 */
export interface Cell extends Place {
  readonly metric: string;
  /** The steps that give the number: one for each seed, fold and permutation. */
  readonly steps: readonly CellStep[];
}

export interface CellStep {
  readonly key: string;
  readonly seed: number;
  /** Index of the fold that it is about; null where it is about all images. */
  readonly fold: number | null;
  /** Of a control: which of its permutations. */
  readonly permutation: number | null;
}

/** A paired test of two cells' AUCs. */
export interface Comparison {
  readonly cell: Cell;
  readonly against: Cell;
}

/** Keys of the steps whose results a step needs. */
export function needs(step: Step): readonly string[] {
  const keys = (...maybe: (string | undefined)[]) => maybe.filter((key) => key !== undefined);
  if (step.kind === 'evaluate') return keys(step.fusion, step.model, step.judge);
  if (step.kind === 'train') return keys(step.fusion, step.diagnosisModel);
  return step.diagnosisModels ?? [];
}
