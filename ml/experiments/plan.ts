import { diagnosisModels } from '../diagnosis/index.ts';
import { layOver } from '../settings/lay-over.ts';

/**
 * An experiment as data: steps that the platform can do (fuse, train, evaluate), each naming the steps whose results it
 * needs, and the cells of the table that their numbers fill. Whoever carries it out decides where and when.
 */
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
}

export interface TrainAsked {
  readonly method: string;
  readonly config?: Settings;
  readonly training?: Settings;
  /** Key of the fusion whose masks it learns with. */
  readonly fusion: string;
}

export interface EvaluateAsked {
  /** Key of the fusion whose test masks are read … */
  readonly fusion: string;
  /** … and of the training of the model that reads them. */
  readonly judge: string;
}

/**
 * How a number came about. `paper`: as published; DF-GT fuses a test image with that image's own diagnosis.
 * `leak-controlled`: no diagnosis of a test image touches any mask. `both`: no mask here has seen a diagnosis, so that
 * the number stands in either.
 */
export type Protocol = 'paper' | 'leak-controlled' | 'both';

/** Where a number stands in the table. */
export interface Place {
  readonly protocol: Protocol;
  /** The fusion. */
  readonly method: string;
  /** The diagnosis model. */
  readonly model?: string;
  readonly rater?: string;
}

/** What is read off a step's result: an evaluation's AUC; a fusion's mean weight of a rater, or its maps' roughness. */
export type CellMetric = 'auc' | 'weight' | 'spectral_energy';

export interface Cell extends Place {
  readonly metric: CellMetric;
  /** The step that gives the number, for each seed. */
  readonly steps: readonly { readonly seed: number; readonly key: string }[];
}

/** A paired test of two cells' AUCs. */
export interface Comparison {
  readonly cell: Cell;
  readonly against: Cell;
}

export interface Plan {
  /** Each step stands after those that it needs. */
  readonly steps: readonly Step[];
  readonly cells: readonly Cell[];
  readonly comparisons: readonly Comparison[];
}

export type Planner = ReturnType<typeof createPlanner>;

export interface PlannerSettings {
  /** What differs from the preset's in every network's training. */
  readonly training?: Settings;
  /** What differs from the preset's in a method's own configuration, by method. */
  readonly settings?: Readonly<Record<string, Settings>>;
}

/** Writes a plan down as a figure's file reads: `fuse`, `train`, `evaluate` answer with the key of their step. */
export function createPlanner({ training, settings = {} }: PlannerSettings = {}) {
  const steps = new Map<string, Step>();
  const cells = new Map<
    string,
    { place: Place; metric: CellMetric; steps: { seed: number; key: string }[] }
  >();
  const comparisons: { cell: string; against: string }[] = [];

  function add(step: DistributiveOmit<Step, 'key'>): string {
    const key = JSON.stringify(step);
    if (!steps.has(key)) steps.set(key, { ...step, key });
    return key;
  }

  const settingsOf = (method: string): Settings => settings[method] ?? {};
  const configured = <Asked extends FuseAsked | TrainAsked>(asked: Asked): Asked => ({
    ...asked,
    config: layOver(settingsOf(asked.method), asked.config) as Settings,
  });
  /** What is fitted at once has no training to set. */
  const trained = (asked: TrainAsked): TrainAsked =>
    diagnosisModels.get(asked.method).training === 'fit'
      ? asked
      : { ...asked, training: layOver(training ?? {}, asked.training) as Settings };

  return {
    /** What differs from the preset's in the method's own configuration. */
    settingsOf,
    fuse: (seed: number, asked: FuseAsked): string =>
      add({ kind: 'fuse', label: `fuse ${asked.method}`, seed, ...configured(asked) }),
    train: (seed: number, asked: TrainAsked): string =>
      add({ kind: 'train', label: `train ${asked.method}`, seed, ...trained(configured(asked)) }),
    evaluate: (seed: number, asked: EvaluateAsked): string =>
      add({ kind: 'evaluate', label: 'evaluate', seed, ...asked }),
    /** Puts a step's number into the table; the same place takes one number a seed. */
    cell(place: Place, metric: CellMetric, seed: number, key: string): void {
      const at = placeKey(place, metric);
      const cell = cells.get(at) ?? { place, metric, steps: [] };
      if (!cell.steps.some((one) => one.seed === seed)) cell.steps.push({ seed, key });
      cells.set(at, cell);
    },
    /** Asks for the paired test of two places' AUCs. */
    compare(place: Place, against: Place): void {
      const pair = { cell: placeKey(place, 'auc'), against: placeKey(against, 'auc') };
      if (comparisons.some((one) => one.cell === pair.cell && one.against === pair.against)) return;
      comparisons.push(pair);
    },
    plan(): Plan {
      const byKey = new Map(
        [...cells].map(([at, { place, ...rest }]) => [at, { ...place, ...rest }] as const),
      );
      const at = (key: string): Cell => {
        const cell = byKey.get(key);
        if (!cell) throw new Error(`no cell ${key} to compare`);
        return cell;
      };
      return {
        steps: [...steps.values()],
        cells: [...byKey.values()],
        comparisons: comparisons.map(({ cell, against }) => ({ cell: at(cell), against: at(against) })),
      };
    },
  };
}

type DistributiveOmit<T, K extends keyof never> = T extends unknown ? Omit<T, K> : never;

const placeKey = ({ protocol, method, model, rater }: Place, metric: CellMetric): string =>
  [protocol, method, model, rater, metric].join(' · ');

/** Keys of the steps whose results a step needs. */
export function needs(step: Step): readonly string[] {
  if (step.kind === 'evaluate') return [step.fusion, step.judge];
  if (step.kind === 'train') return [step.fusion];
  return step.diagnosisModels ?? [];
}
