import { emptyNote } from '../client/empty-masks.ts';
import type { ExperimentMethod } from '../client/methods.ts';
import { table } from '../client/table.ts';
import type { ExperimentResult, ResultRow } from '../client/run-experiment.ts';

/** The table as a person reads it: numbers, then paired differences, then what the paper says. */
export function formatTable(
  { experiment: { title, claims } }: ExperimentMethod,
  result: ExperimentResult,
): string {
  const { snapshot, run, rows } = result;
  const seconds = (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt ?? '')) / 1000;
  const head =
    `${title} · ${snapshot.cohort.dataset.name} · preset ${presetOf(result)} · cohort ${snapshot.hash.slice(0, 12)} · ` +
    `${(run.environment as { backend?: string } | null)?.backend ?? ''} · ${seconds.toFixed(0)} s`;
  const numbers = rows.filter(({ against }) => against === null);
  const differences = rows.filter(({ against }) => against !== null);
  return [
    head,
    '',
    ...numberTable(numbers),
    ...rankLines(result),
    ...(differences.length
      ? ['', 'Differences of AUC on the same images (paired)', ...differenceTable(differences)]
      : []),
    ...(rows.some(({ transductive }) => transductive)
      ? [
          '',
          'Protocol paper: DF-GT has seen the diagnosis of each image that it fused, the test images too. Such an AUC',
          'can be 1.0 by that alone: beside it stands permuted_auc, where the same was done with shuffled diagnoses. Far above',
          'it, the masks carry the label that was handed in; what of that is a gain cannot be told.',
        ]
      : []),
    ...(rows.some(({ protocol }) => protocol === 'leak-controlled')
      ? [
          '',
          'Protocol leak-controlled: no mask saw a label of a test image. Far above "labels permuted" is a gain.',
        ]
      : []),
    ...(claims.length ? ['', 'The paper says:', ...claims.map((claim) => `  ${claim}`)] : []),
  ].join('\n');
}

/** A line a fusion (or rater), a column a diagnosis model (or rater): value and 95 % interval. */
function numberTable(rows: readonly ResultRow[]): string[] {
  const columnOf = ({ model, rater }: ResultRow): string => model ?? rater ?? 'all raters';
  const lineOf = ({
    metric,
    structure,
    protocol,
    method,
    model,
    rater,
    seeds,
    fold,
  }: ResultRow): string[] => [
    structure === null ? metric : `${metric} ${structure}`,
    protocol,
    model === null || rater === null ? method : rater,
    fold === null ? seeds.join(' ') : `${seeds.join(' ')}, fold ${fold}`,
  ];
  const columns = [...new Set(rows.map(columnOf))];
  const lines = new Map(rows.map((row) => [lineOf(row).join('|'), lineOf(row)]));
  const notes = [...new Set(rows.flatMap(notesOf))];
  const cell = (row: ResultRow | undefined): string => {
    if (!row) return '';
    const marks = notesOf(row).map((note) => ` [${notes.indexOf(note) + 1}]`);
    return `${number(row.value)} ${interval(row)}${marks.join('')}`;
  };
  return [
    ...table(
      ['metric', 'protocol', 'masks', 'seeds', ...columns],
      [...lines].map(([key, line]) => [
        ...line,
        ...columns.map((column) =>
          cell(rows.find((row) => columnOf(row) === column && lineOf(row).join('|') === key)),
        ),
      ]),
    ),
    ...notes.map((note, index) => `  [${index + 1}] ${note}`),
  ];
}

const notesOf = (row: ResultRow): string[] => [row.note, emptyNote(row)].filter((note) => note !== null);

/** Where it is known how informative raters are: whether a fusion's weights rank them so. */
function rankLines({ rows }: ExperimentResult): string[] {
  const fusions = new Map<string, number | null>();
  for (const { metric, method, seeds, steps } of rows) {
    if (metric !== 'weight' || seeds.length > 1) continue;
    for (const { run } of steps)
      if (run.fusion) fusions.set(`${method}, seed ${seeds.join()}`, run.fusion.informativenessCorrelation);
  }
  const lines = [...fusions].flatMap(([label, rho]) => (rho === null ? [] : `  ${label}: ${rho.toFixed(2)}`));
  return lines.length ? ['', 'Spearman correlation of weight and stated informativeness', ...lines] : [];
}

/** Of the fusions and trainings in it. */
export const presetOf = ({ run }: ExperimentResult): string => (run.config as { preset: string }).preset;

function differenceTable(rows: readonly ResultRow[]): string[] {
  return table(
    ['protocol', 'model', 'method', 'minus', 'seeds', 'difference', '95 % interval', 'p', 'paper'],
    rows.map((row) => [
      row.protocol,
      row.model ?? '',
      row.rater ?? row.method,
      row.against ?? '',
      row.seeds.join(' '),
      signed(row.value),
      row.low === null || row.high === null ? '–' : `${signed(row.low)} to ${signed(row.high)}`,
      pValue(row.pValue),
      row.paper === null ? '–' : signed(row.paper),
    ]),
  );
}

function pValue(value: number | null): string {
  if (value === null) return '–';
  return value < 0.0001 ? '< 0.0001' : value.toFixed(4);
}

const number = (value: number | null): string => (value === null ? 'undefined' : value.toFixed(3));

const signed = (value: number | null): string =>
  value === null ? 'undefined' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

function interval({ low, high }: ResultRow): string {
  return low === null || high === null ? '' : `(${low.toFixed(2)}–${high.toFixed(2)})`;
}
