import { canonicalJson } from '../canonical-json.ts';
import { diagnosisModels } from '../diagnosis/index.ts';
import { LACKING, lackingTrait, type DiagnosisTrait } from '../diagnosis/traits.ts';
import { fusions } from '../fusion/index.ts';
import { configOf } from '../method.ts';
import { isFitted, models } from '../models.ts';
import type {
  Cell,
  CellStep,
  Comparison,
  EvaluateAsked,
  FuseAsked,
  Place,
  Plan,
  Protocol,
  Settings,
  Step,
  TrainAsked,
} from './plan.ts';

export type Planner = ReturnType<typeof createPlanner>;

export interface PlannerSettings {
  /** Preset of every fusion and training. */
  readonly preset: string;
  /** What differs from the preset's in every network's training. */
  readonly training?: Settings;
  /** What differs from the preset's in a method's own configuration, by method. */
  readonly settings?: Readonly<Record<string, Settings>>;
  /** Of every control: how many times diagnoses are permuted. */
  readonly permutations?: number;
}

interface Draft {
  readonly place: Place;
  readonly metric: string;
  readonly steps: CellStep[];
}

/** Writes a plan down as an experiment's file reads: `fuse`, `train`, `evaluate` answer with the key of their step. */
export function createPlanner({ preset, training, settings = {}, permutations }: PlannerSettings) {
  const steps = new Map<string, Step>();
  const cells = new Map<string, Draft>();
  const comparisons: { cell: string; against: string }[] = [];

  function add(step: DistributiveOmit<Step, 'key'>): string {
    const key = canonicalJson(step);
    if (!steps.has(key)) steps.set(key, { ...step, key });
    return key;
  }

  const configured = <Asked extends FuseAsked | TrainAsked>(asked: Asked): Asked => ({
    ...asked,
    config: { ...settings[asked.method], ...asked.config },
  });
  /** What is fitted at once has no training to set. */
  const trained = (asked: TrainAsked): TrainAsked =>
    isFitted(models.get(asked.method)) ? asked : { ...asked, training: { ...training, ...asked.training } };
  const effective = (spec: Parameters<typeof configOf>[0], config: Settings | undefined): unknown =>
    configOf(spec, { preset, config: config ?? {}, field: `settings.${spec.name}` });

  return {
    preset,
    fuse: (seed: number, asked: FuseAsked): string =>
      add({ kind: 'fuse', label: `fuse ${asked.method}`, seed, ...configured(asked) }),
    train: (seed: number, asked: TrainAsked): string =>
      add({ kind: 'train', label: `train ${asked.method}`, seed, ...trained(configured(asked)) }),
    evaluate: (seed: number, asked: EvaluateAsked): string =>
      add({ kind: 'evaluate', label: 'evaluate', seed, permutations, ...asked }),

    /** The protocol of numbers read off masks so fused, by the settings that will be in force. */
    protocolOf(asked: FuseAsked): Protocol {
      const spec = fusions.get(asked.method);
      const config = effective(spec, configured(asked).config);
      if (spec.seesLabel(config)) return 'paper';
      return spec.fitReadsLabel?.(config) ? 'leak-controlled' : 'both';
    },
    /** In words, what a diagnosis model lacks of what is wanted, by the settings that will be in force; null: nothing. */
    lacking(method: string, wanted: readonly DiagnosisTrait[]): string | null {
      const spec = diagnosisModels.get(method);
      const lacking = lackingTrait(spec, effective(spec, settings[method]), wanted);
      return lacking ? LACKING[lacking] : null;
    },

    /** Puts a step's number into the table; the same place takes one for each seed, fold and permutation of a control. */
    cell(place: Place, metric: string, key: string, permutation: number | null = null): void {
      const step = steps.get(key);
      if (!step) throw new Error(`no step ${key} to read ${metric} off`);
      const at = placeKey(place, metric);
      const draft = cells.get(at) ?? { place, metric, steps: [] };
      const { seed } = step;
      const fold = step.kind === 'evaluate' ? (step.fold?.index ?? null) : null;
      const same = (one: CellStep): boolean =>
        one.seed === seed && one.fold === fold && one.permutation === permutation;
      if (!draft.steps.some(same)) draft.steps.push({ key, seed, fold, permutation });
      cells.set(at, draft);
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
        comparisons: comparisons.map(({ cell, against }): Comparison => ({
          cell: at(cell),
          against: at(against),
        })),
      };
    },
  };
}

type DistributiveOmit<T, K extends keyof never> = T extends unknown ? Omit<T, K> : never;

const placeKey = ({ protocol, method, model, judge, rater, structure }: Place, metric: string): string =>
  [protocol, method, model, judge, rater, structure, metric].join(' · ');
