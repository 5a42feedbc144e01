import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '../client/client.ts';
import { csvTable } from '../client/csv-table.ts';
import { slug } from '../client/slug.ts';
import type { TrainedModel } from './read-model.ts';

/**
 * Writes a trained model into <out>/<dataset>/<method>: its weights (safetensors), metrics.csv, epochs.csv, and model.json,
 * which says how it was made. Answers with the folder.
 */
export async function writeModel(client: Client, trained: TrainedModel, out: string): Promise<string> {
  const { url, ...model } = trained.model;
  if (!url) throw new Error(`'${model.method}' has no weights: its training has not succeeded`);
  const folder = path.join(out, slug(model.snapshot.cohort.dataset.name), model.method);
  await mkdir(folder, { recursive: true });
  const contents: Record<string, string | Buffer> = {
    'weights.safetensors': await client.download(url),
    'metrics.csv': metricsCsv(trained),
    'epochs.csv': csvTable(
      ['epoch', 'name', 'value'],
      model.run.metrics.map(({ epoch, name, value }) => [epoch, name, value]),
    ),
    'model.json': `${JSON.stringify(model, null, 2)}\n`,
  };
  for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content);
  return folder;
}

function metricsCsv({ evaluation }: TrainedModel): string {
  return csvTable(
    ['name', 'structure', 'rater', 'value', 'low', 'high', 'images', 'note'],
    evaluation.metrics.map(({ name, structure, rater, value, low, high, count, note }) => [
      ...[name, structure?.name ?? null, rater?.name ?? null],
      ...[value, low, high, count, note],
    ]),
  );
}
