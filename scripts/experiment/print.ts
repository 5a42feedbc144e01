import type { Experiment } from '../../ml/experiments/experiment.ts';
import { spearman } from '../../ml/statistics/spearman.ts';
import { table } from '../client/table.ts';
import type { ExperimentResult, ResultRow } from './ask.ts';

/** The table as a person reads it: numbers, then paired differences, then what the paper says. */
export function formatTable({ title, claims }: Experiment, result: ExperimentResult): string {
  const { snapshot, run, rows } = result;
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  const head =
    `${title} · ${snapshot.cohort.dataset.name} · preset ${run.config.preset} · cohort ${snapshot.hash.slice(0, 12)} · ` +
    `${run.environment?.backend ?? ''} · ${seconds.toFixed(0)} s`;
  const numbers = rows.filter(({ against }) => against === null);
  const differences = rows.filter(({ against }) => against !== null);
  return [
    head,
    '',
    ...numberTable(numbers),
    ...rankLines(result),
    ...(differences.length
      ? ['', 'Differences of AUC on the same images (paired, DeLong)', ...differenceTable(differences)]
      : []),
    ...(rows.some(({ transductive }) => transductive)
      ? [
          '',
          'Protocol paper: DF-GT has seen the diagnosis of each image that it fused, the test images too. Such an AUC',
          'can be 1.0 by that alone: beside it stands permuted_auc, where the same was done with permuted diagnoses.',
        ]
      : []),
    '',
    'The paper says:',
    ...claims.map(({ claim }) => `  ${claim}`),
  ].join('\n');
}

/** A line a fusion (or rater), a column a diagnosis model (or rater): value and 95 % interval. */
function numberTable(rows: readonly ResultRow[]): string[] {
  const columnOf = ({ model, rater }: ResultRow): string => model ?? rater ?? 'all raters';
  const lineOf = ({ metric, protocol, method, model, rater, seeds }: ResultRow): string[] => [
    metric,
    protocol,
    model === null || rater === null ? method : rater,
    seeds.join(' '),
  ];
  const columns = [...new Set(rows.map(columnOf))];
  const lines = new Map(rows.map((row) => [lineOf(row).join('|'), lineOf(row)]));
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))];
  const cell = (row: ResultRow | undefined): string => {
    if (!row) return '';
    const mark = row.note === null ? '' : ` [${notes.indexOf(row.note) + 1}]`;
    return `${number(row.value)} ${interval(row)}${mark}`;
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

/** Where it is known how informative raters are: whether a fusion's weights rank them so. */
function rankLines({ snapshot, rows }: ExperimentResult): string[] {
  const known = new Map(
    snapshot.cohort.dataset.raters.map(({ name, informativeness }) => [name, informativeness]),
  );
  const weights = rows.filter(({ metric, rater }) => metric === 'weight' && known.get(rater ?? '') != null);
  const fusions = new Map(
    weights.map(({ method, seeds }) => [`${method}, seeds ${seeds.join(' ')}`, { method, seeds }]),
  );
  const lines = [...fusions].map(([label, { method, seeds }]) => {
    const own = weights.filter((row) => row.method === method && row.seeds.join() === seeds.join());
    const stated = own.map(({ rater }) => known.get(rater!)!);
    const rho = spearman(
      own.map(({ value }) => value ?? 0),
      stated,
    );
    return `  ${label}: ${rho === null ? 'undefined: the weights do not differ' : rho.toFixed(2)}`;
  });
  return lines.length ? ['', 'Spearman correlation of weight and stated informativeness', ...lines] : [];
}

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
