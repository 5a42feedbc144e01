import type { ExperimentMethod } from '../client/methods.ts';
import {
  findCase,
  fusedOf,
  mapCells,
  raterCells,
  resultCells,
  titleOf,
  type Case,
} from '../client/case-pictures.ts';
import type { Client } from '../client/client.ts';
import { drawContactSheet, type Row } from '../drawing/contact-sheet.ts';
import type { ExperimentResult } from '../client/run-experiment.ts';

/** Cases of both diagnoses: raters, fusions and, of fusions that have them, expertness maps. */
export async function drawSheet(
  client: Client,
  { experiment: { title } }: ExperimentMethod,
  result: ExperimentResult,
  datasetId: string,
): Promise<Buffer> {
  const rows: Row[] = [];
  for (const diagnosis of [1, 0]) {
    const filter = {
      datasetId: { eq: datasetId },
      split: { eq: 'test' },
      diagnosis: { eq: diagnosis },
    } as const;
    const shown = await findCase(client, filter);
    rows.push(...(await caseRows(client, result, shown, `${shown.path} · diagnosis ${diagnosis}`)));
  }
  return drawContactSheet({
    title: `${title}: ${result.snapshot.cohort.dataset.name}`,
    rows,
    footer:
      'Masks: mean over structures. Maps: one scale a row, brighter is trusted more. DF-GT has seen the diagnosis of each image.',
  });
}

async function caseRows(
  client: Client,
  result: ExperimentResult,
  shown: Case,
  label: string,
): Promise<Row[]> {
  const fused = await Promise.all(fusionsOf(result).map((made) => fusedOf(client, shown, made)));
  const rows: Row[] = [
    { label: `${label}: fusions`, cells: await resultCells(client, shown, fused) },
    { label: "Raters' outlines", cells: await raterCells(client, shown) },
  ];
  for (const { name, maps } of fused) {
    if (!maps?.length) continue;
    rows.push({
      label: `Expertness maps, ${titleOf(name)}${energyOf(result, name)}`,
      cells: await mapCells(client, maps),
    });
  }
  return rows;
}

/** Each fusion of the table once, of the first seed. */
function fusionsOf({ rows }: ExperimentResult): { name: string; id: string }[] {
  const ids = new Map<string, string>();
  for (const { method, steps } of rows) {
    const id = steps.find(({ run }) => run.fusion)?.run.fusion?.id;
    if (id && !ids.has(method)) ids.set(method, id);
  }
  return [...ids].map(([name, id]) => ({ name, id }));
}

function energyOf({ rows }: ExperimentResult, name: string): string {
  const row = rows.find(({ method, metric }) => method === name && metric === 'spectral_energy');
  return row?.value == null
    ? ''
    : ` · ${(100 * row.value).toFixed(1)} % of the energy above 0.25 cycles a pixel (mean over images)`;
}
