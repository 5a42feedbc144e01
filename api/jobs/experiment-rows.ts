import { overPermutations } from '../../ml/statistics/over-permutations.ts';
import { overSeeds } from '../../ml/statistics/over-seeds.ts';
import { pairedDifference } from '../../ml/statistics/paired-difference.ts';
import type { Cell, CellStep, Comparison, Plan } from '../../ml/experiments/plan.ts';
import type { Prisma, PrismaClient } from '../../prisma/client/client.ts';
import type { Made } from './experiment-steps.ts';
import { readCell, readScores, type Reading } from './experiment-readings.ts';

/** A row of an experiment's table, and the positions of the steps that it was computed from. */
export interface RowDraft {
  readonly row: Omit<Prisma.ExperimentRowCreateManyInput, 'experimentId' | 'position'>;
  readonly steps: readonly number[];
}

type Place = Pick<
  RowDraft['row'],
  'protocol' | 'method' | 'model' | 'judge' | 'rater' | 'structure' | 'against' | 'metric' | 'paper'
>;

/** The number of one seed, fold and permutation, and the steps that gave it. */
interface Repetition extends Pick<CellStep, 'seed' | 'fold' | 'permutation'> {
  readonly steps: readonly number[];
  readonly reading: Reading;
}

/** Every number of the table: each cell by seed and fold, then over all of them; then the paired tests. */
export async function experimentRows(
  prisma: PrismaClient,
  plan: Plan,
  made: ReadonlyMap<string, Made>,
  paperDifference: (comparison: Comparison) => number | null,
): Promise<RowDraft[]> {
  const rows: RowDraft[] = [];
  for (const cell of plan.cells) rows.push(...(await cellRows(prisma, cell, made)));
  for (const comparison of plan.comparisons) {
    rows.push(...(await differenceRows(prisma, comparison, made, paperDifference(comparison))));
  }
  return rows;
}

async function cellRows(
  prisma: PrismaClient,
  cell: Cell,
  made: ReadonlyMap<string, Made>,
): Promise<RowDraft[]> {
  const repetitions: Repetition[] = [];
  const controls: Repetition[] = [];
  for (const { key, ...of } of cell.steps) {
    const { position, id } = made.get(key)!;
    const { reading, permuted } = await readCell(prisma, cell, id);
    repetitions.push({ ...of, steps: [position], reading });
    if (permuted) controls.push({ ...of, steps: [position], reading: permuted });
  }
  const place = placeOf(cell, cell.metric);
  const control = { ...place, metric: 'permuted_auc' };
  return [...(await rowsOf(place, repetitions)), ...(await rowsOf(control, controls))];
}

async function differenceRows(
  prisma: PrismaClient,
  { cell, against }: Comparison,
  made: ReadonlyMap<string, Made>,
  paper: number | null,
): Promise<RowDraft[]> {
  const repetitions: Repetition[] = [];
  for (const { key, ...of } of cell.steps) {
    const other = against.steps.find((step) => step.seed === of.seed && step.fold === of.fold);
    if (!other) continue;
    const pair = [made.get(key)!, made.get(other.key)!];
    const reading = await difference(prisma, pair[0].id, pair[1].id);
    repetitions.push({ ...of, steps: pair.map(({ position }) => position), reading });
  }
  return rowsOf({ ...placeOf(cell, 'auc_difference'), against: against.method, paper }, repetitions);
}

/** The paired test of two evaluations on the images that both have scored: the same test split. */
async function difference(prisma: PrismaClient, first: string, second: string): Promise<Reading> {
  const [a, b] = [await readScores(prisma, first), await readScores(prisma, second)];
  const compared = await pairedDifference(a.scores, b.scores);
  const transductive = a.transductive || b.transductive;
  if (!compared) {
    const note = 'a difference of AUCs needs both diagnoses';
    return { value: null, low: null, high: null, interval: null, note, transductive };
  }
  const { difference: value, low, high, interval, p, note } = compared;
  return { value, low, high, interval, pValue: p, note, transductive };
}

async function rowsOf(place: Place, each: readonly Repetition[]): Promise<RowDraft[]> {
  const repetitions = await meansOfPermutations(each);
  const single = repetitions.map(({ seed, fold, steps, reading }) =>
    draft({ ...place, fold }, [seed], steps, reading),
  );
  if (repetitions.length < 2) return single;
  const readings = repetitions.map(({ reading }) => reading);
  const measure = await overSeeds(readings.map(({ value }) => value));
  const all = {
    ...measure,
    transductive: readings.some(({ transductive }) => transductive),
  };
  const seeds = [...new Set(repetitions.map(({ seed }) => seed))];
  return [...single, draft(place, seeds, [...new Set(repetitions.flatMap(({ steps }) => steps))], all)];
}

/** Of a control, the permutations of one seed and fold give one number; of anything else each stays as it is. */
async function meansOfPermutations(each: readonly Repetition[]): Promise<Repetition[]> {
  const groups = new Map<string, Repetition[]>();
  for (const one of each) {
    const key = `${one.seed} ${one.fold}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Promise.all(
    [...groups.values()].map(async (group): Promise<Repetition> => {
      const [first] = group;
      if (first.permutation === null) return first;
      const reading = await overPermutations(group.map((one) => one.reading));
      const steps = [...new Set(group.flatMap((one) => one.steps))];
      const pValue = group.length === 1 ? first.reading.pValue : null;
      const transductive = group.some((one) => one.reading.transductive);
      return { ...first, permutation: null, steps, reading: { ...reading, pValue, transductive } };
    }),
  );
}

function draft(
  place: Place & { readonly fold?: number | null },
  seeds: number[],
  steps: readonly number[],
  { value, low, high, interval, pValue, bothEmptyCount, oneEmptyCount, note, transductive }: Reading,
): RowDraft {
  const empty = { bothEmptyCount, oneEmptyCount };
  return {
    row: { ...place, seeds, value, low, high, interval, pValue, ...empty, note, transductive },
    steps,
  };
}

const placeOf = (cell: Cell, metric: string): Place => {
  const { protocol, method, model, judge, rater, structure } = cell;
  return { protocol, method, model, judge, rater, structure, metric };
};
