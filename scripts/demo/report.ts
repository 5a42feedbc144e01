import { emptyNote } from '../client/empty-masks.ts';
import type { Estimate } from '../client/estimate.ts';
import type { ExperimentResult, ResultRow } from '../client/run-experiment.ts';

/** The numbers of one demo, as they are printed. */
export interface DemoReport {
  readonly modality: string;
  readonly preset: string;
  readonly backend: string;
  readonly seconds: number;
  readonly seed: number;
  /** Whether there are diagnoses to learn from; without, there is no AUC and no DF-GT. */
  readonly diagnosed: boolean;
  readonly fusions: readonly {
    readonly name: string;
    readonly transductive: boolean;
    readonly auc: Estimate;
    /** AUC of the same fusion made with permuted diagnoses; null where the fusion reads none. */
    readonly permutedAuc: number | null;
  }[];
  readonly models: readonly {
    readonly name: string;
    readonly dice: Readonly<Record<string, { readonly value: number | null }>>;
    readonly auc: Estimate;
  }[];
  readonly raters: readonly {
    readonly name: string;
    readonly weight: number | null;
    readonly informativeness: number | null;
  }[];
  /** Rank correlation of those weights with the known informativeness. Null if that is not known. */
  readonly informativenessCorrelation: number | null;
  /** Which Dice are over images with empty masks, a sentence each. */
  readonly emptyMasks: readonly string[];
}

/** What --json writes: the numbers, without what only the printing needs. */
export function numbersOf({
  diagnosed: _,
  informativenessCorrelation: __,
  emptyMasks: ___,
  ...numbers
}: DemoReport): Omit<DemoReport, 'diagnosed' | 'informativenessCorrelation' | 'emptyMasks'> {
  return numbers;
}

const unknown: Estimate = { value: null, low: null, high: null };
const estimate = (row: ResultRow | undefined): Estimate =>
  row ? { value: row.value, low: row.low, high: row.high } : unknown;

/** The table of the experiment `demo`, sorted into fusions, models and raters. */
export function reportOf(
  { rows, run, snapshot }: ExperimentResult,
  told: Pick<DemoReport, 'modality' | 'preset' | 'seed' | 'seconds'>,
): DemoReport {
  const aucs = rows.filter(({ metric }) => metric === 'auc');
  const dice = rows.filter(({ metric }) => metric === 'soft_dice');
  const weights = rows.filter(({ metric }) => metric === 'weight');
  const shown = weights.at(-1);
  const raters = new Map(snapshot.cohort.dataset.raters.map((rater) => [rater.name, rater.informativeness]));
  return {
    modality: told.modality,
    preset: told.preset,
    backend: (run.environment as { backend: string }).backend,
    seconds: Math.round(told.seconds * 10) / 10,
    seed: told.seed,
    diagnosed: aucs.length > 0,
    fusions: aucs
      .filter(({ judge }) => judge === null)
      .map((row) => ({
        name: row.method,
        transductive: row.transductive,
        auc: estimate(row),
        permutedAuc: estimate(
          rows.find(({ metric, method }) => metric === 'permuted_auc' && method === row.method),
        ).value,
      })),
    models: [...new Set(dice.map(({ model }) => model ?? ''))].map((name) => ({
      name,
      dice: Object.fromEntries(
        dice
          .filter(({ model }) => model === name)
          .map(({ structure, value }) => [structure ?? '', { value }]),
      ),
      auc: estimate(aucs.find(({ model, judge }) => model === name && judge !== null)),
    })),
    raters: weights
      .filter(({ method }) => method === shown?.method)
      .map(({ rater, value }) => ({
        name: rater ?? '',
        weight: value,
        informativeness: raters.get(rater ?? '') ?? null,
      })),
    informativenessCorrelation:
      shown?.steps.flatMap(({ run: { fusion } }) => fusion?.informativenessCorrelation ?? [])[0] ?? null,
    emptyMasks: dice.flatMap((row) => {
      const note = emptyNote(row);
      return note ? [`soft Dice ${row.structure}, ${row.model}: ${note}`] : [];
    }),
  };
}
