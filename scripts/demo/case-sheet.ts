import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  findCase,
  fusedOf,
  mapCells,
  predictedOf,
  raterCells,
  resultCells,
} from '../client/case-pictures.ts';
import type { Client } from '../client/client.ts';
import type { ExperimentResult } from '../client/run-experiment.ts';
import { drawContactSheet, type Row } from '../drawing/contact-sheet.ts';

interface Made {
  readonly name: string;
  readonly id: string;
}

interface Sheet {
  readonly title: string;
  readonly datasetId: string;
  readonly diagnosed: boolean;
  /** Where to write it. */
  readonly file: string;
}

/** Writes the pictures of one test case, raters to prediction, as one PNG, all asked from the API. */
export async function writeCaseSheet(client: Client, result: ExperimentResult, sheet: Sheet): Promise<void> {
  const { title, datasetId, diagnosed, file } = sheet;
  const filter = { datasetId: { eq: datasetId }, split: { eq: 'test' } } as const;
  const shown = await findCase(client, diagnosed ? { ...filter, diagnosis: { eq: 1 } } : filter);
  const { fusions, models } = madeIn(result);
  const fused = await Promise.all(fusions.map((made) => fusedOf(client, shown, made)));
  const predicted = await Promise.all(models.map((made) => predictedOf(client, shown, made)));
  const maps = fused.flatMap((one) => one.maps ?? []);
  const diagnosis = shown.diagnoses.map(({ value }) => ` · diagnosis ${value}`)[0] ?? '';
  const rows: Row[] = [
    {
      label: 'Fused masks and predictions (mean over structures)',
      cells: await resultCells(client, shown, [...fused, ...predicted]),
    },
    { label: "Raters' outlines", cells: await raterCells(client, shown) },
  ];
  if (maps.length > 0) {
    rows.push({ label: 'Expertness maps of DF-GT (ExpG), one scale', cells: await mapCells(client, maps) });
  }
  const footer = diagnosed
    ? 'DF-GT has seen the diagnosis of this image (transductive); the predictions have not.'
    : 'No diagnosis: majority vote and the segmentation model trained on it.';
  const png = await drawContactSheet({ title: `${title} · ${shown.path}${diagnosis}`, rows, footer });
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, png);
}

/** Fusions and segmentation models of the table, each once, in its order. */
function madeIn({ rows }: ExperimentResult): { fusions: Made[]; models: Made[] } {
  const [fusions, models] = [new Map<string, string>(), new Map<string, string>()];
  for (const { method, model, steps } of rows) {
    for (const { run } of steps) {
      if (run.fusion) fusions.set(method, run.fusion.id);
      if (run.evaluation?.model && model) models.set(model, run.evaluation.model.id);
    }
  }
  const list = (made: Map<string, string>): Made[] => [...made].map(([name, id]) => ({ name, id }));
  return { fusions: list(fusions), models: list(models) };
}
