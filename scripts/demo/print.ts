import { interval } from '../client/estimate.ts';
import { table } from '../client/table.ts';
import type { DemoReport } from './report.ts';

/** The report as a person reads it: one table of fusions, one of models, one of raters; of models alone without diagnoses. */
export function formatReport(report: DemoReport): string {
  const head =
    `${report.modality} · preset ${report.preset} · seed ${report.seed} · ` +
    `${report.backend} · ${report.seconds} s`;
  const tables = report.diagnosed ? diagnosedTables(report) : undiagnosedTables(report);
  const empty = report.emptyMasks.length > 0 ? ['', ...report.emptyMasks] : [];
  return [head, '', ...tables, ...empty].join('\n');
}

function diagnosedTables(report: DemoReport): string[] {
  return [
    'Fused masks of the test images, read by Baseline-Dia',
    ...table(
      ['fusion', 'AUC', '95 % interval', 'saw the label', 'AUC, labels permuted'],
      report.fusions.map(({ name, auc, transductive, permutedAuc }) => [
        name,
        number(auc.value),
        interval(auc),
        transductive ? 'yes (transductive)' : 'no',
        permutedAuc === null ? '–' : number(permutedAuc),
      ]),
    ),
    '',
    'Masks predicted from the test images alone',
    ...modelTable(report, ({ auc }) => ({ AUC: number(auc.value), '95 % interval': interval(auc) })),
    '',
    'Raters: mean weight where they disagree (DF-GT), beside what is known of them',
    ...table(
      ['rater', 'weight', 'informativeness'],
      report.raters.map(({ name, weight, informativeness }) => [
        name,
        number(weight),
        informativeness === null ? 'unknown' : informativeness.toFixed(2),
      ]),
    ),
    ...notes(report),
  ];
}

function undiagnosedTables(report: DemoReport): string[] {
  return [
    'Masks predicted from the test images alone, against the vote of the raters',
    ...modelTable(report, () => ({})),
    '',
    'No training images of both diagnoses: what reads a diagnosis was left out (Baseline-Dia, DL-CAT, DF-GT,',
    'Take and Give, every AUC).',
  ];
}

type Model = DemoReport['models'][number];

/** Soft Dice by structure, and further columns. */
function modelTable({ models }: DemoReport, further: (model: Model) => Record<string, string>): string[] {
  const structures = Object.keys(models[0].dice);
  const head = [
    'model',
    ...structures.map((name) => `soft Dice ${name}`),
    ...Object.keys(further(models[0])),
  ];
  const rows = models.map((model) => [
    model.name,
    ...structures.map((structure) => number(model.dice[structure].value)),
    ...Object.values(further(model)),
  ]);
  return table(head, rows);
}

function notes(report: DemoReport): string[] {
  const lines: string[] = [];
  if (report.fusions.some(({ transductive }) => transductive)) {
    lines.push(
      '',
      'A fusion that saw the label of the image it fuses can score 1.0 by that alone. Far above the AUC with labels',
      'permuted, its masks carry the label; the models, which see none, compare fairly. Dice is against the fused',
      'masks of the test images.',
    );
  }
  const { informativenessCorrelation: rho } = report;
  if (rho !== null) lines.push(`Spearman correlation of weight and informativeness: ${rho.toFixed(2)}`);
  return lines;
}

function number(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(3);
}
