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
import { drawContactSheet, type Row } from '../drawing/contact-sheet.ts';
import type { MainJob } from './main-job.ts';

/** Writes the pictures of one test case, raters to prediction, as one PNG, all asked from the API. */
export async function writeCaseSheet(
  client: Client,
  job: MainJob,
  title: string,
  file: string,
): Promise<void> {
  const filter = { datasetId: { eq: job.datasetId }, split: { eq: 'test' } };
  const shown = await findCase(client, job.diagnosed ? { ...filter, diagnosis: { eq: 1 } } : filter);
  const fused = await Promise.all(job.fusions.map((made) => fusedOf(client, shown, made)));
  const predicted = await Promise.all(job.models.map((made) => predictedOf(client, shown, made)));
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
  const footer = job.diagnosed
    ? 'DF-GT has seen the diagnosis of this image (transductive); the predictions have not.'
    : 'No diagnosis: majority vote and the segmentation model trained on it.';
  const png = await drawContactSheet({ title: `${title} · ${shown.path}${diagnosis}`, rows, footer });
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, png);
}
