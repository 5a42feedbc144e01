import type { ExperimentMethod } from '../client/methods.ts';
import { drawBarChart, type Bar, type Group } from '../drawing/bar-chart.ts';
import type { ExperimentResult, ResultRow } from '../client/run-experiment.ts';

/** AUCs as the paper draws them: a group of bars a diagnosis model, a bar a rater or fusion, with intervals. */
export function drawBars(
  { summary, experiment: { title } }: ExperimentMethod,
  { snapshot, rows }: ExperimentResult,
): Promise<Buffer> {
  const aucs = widest(rows.filter(({ metric }) => metric === 'auc'));
  const permuted = widest(rows.filter(({ metric }) => metric === 'permuted_auc'));
  const models = [...new Set(aucs.map(({ model }) => model ?? ''))];
  const groups = models.map((model): Group => {
    const bars = aucs.filter((row) => (row.model ?? '') === model);
    return {
      label: model,
      bars: bars.map((row) =>
        bar(
          row,
          permuted.find((control) => samePlace(control, row)),
        ),
      ),
    };
  });
  return drawBarChart({
    title: `${title}: ${snapshot.cohort.dataset.name}`,
    axis: 'AUC',
    groups,
    low: 0.4,
    high: 1,
    reference: { value: 0.5, label: 'chance' },
    notes: [
      summary,
      'Lines: 95 % intervals. Pale: has seen the diagnosis of the image that it fused (transductive); the white',
      'mark on such a bar is the AUC of its control, fused with shuffled diagnoses: far below, the masks carry the label.',
    ],
  });
}

function bar(row: ResultRow, control: ResultRow | undefined): Bar {
  const { method, rater, value, low, high, transductive } = row;
  return {
    name: rater ?? method,
    value,
    low,
    high,
    pale: transductive,
    mark: control?.value ?? null,
  };
}

/** The row over all seeds where there are several, the only one otherwise. */
function widest(rows: readonly ResultRow[]): ResultRow[] {
  return rows.filter(
    (row) => !rows.some((other) => samePlace(other, row) && other.seeds.length > row.seeds.length),
  );
}

const samePlace = (a: ResultRow, b: ResultRow): boolean =>
  a.protocol === b.protocol && a.method === b.method && a.model === b.model && a.rater === b.rater;
