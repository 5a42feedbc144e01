import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExperimentMethod } from '../client/methods.ts';
import type { Client } from '../client/client.ts';
import { slug } from '../client/slug.ts';
import type { ExperimentResult } from '../client/run-experiment.ts';
import { csv } from './csv.ts';
import { drawBars } from './draw-bars.ts';
import { drawSheet } from './draw-sheet.ts';
import { formatTable, presetOf } from './print.ts';

interface Figure {
  readonly spec: ExperimentMethod;
  /** Settings that differ from the preset's, as they were asked for. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly result: ExperimentResult;
  readonly datasetId: string;
  readonly out: string;
}

/** Writes table, CSV, JSON and PNG of an experiment, and answers with the files' names. */
export async function writeFiles(client: Client, figure: Figure): Promise<string[]> {
  const { spec, config, result, out } = figure;
  const place = path.join(out, slug(result.snapshot.cohort.dataset.name));
  await mkdir(place, { recursive: true });
  const contents: Record<string, string | Buffer> = {
    txt: `${formatTable(spec, result)}\n`,
    csv: csv(result),
    json: `${JSON.stringify({ ...result, claims: spec.experiment.claims }, null, 2)}\n`,
    ...(await drawingOf(client, figure)),
  };
  return Promise.all(
    Object.entries(contents).map(async ([ending, content]) => {
      const file = path.join(place, `${fileName(spec.name, presetOf(result), config)}.${ending}`);
      await writeFile(file, content);
      return file;
    }),
  );
}

async function drawingOf(client: Client, { spec, result, datasetId }: Figure): Promise<{ png?: Buffer }> {
  const { drawing } = spec.experiment;
  if (drawing === 'BARS') return { png: await drawBars(spec, result) };
  return drawing === 'SHEET' ? { png: await drawSheet(client, spec, result, datasetId) } : {};
}

/**
 * Another preset, and settings of one's own, have files of their own: a figure of three seeds does not take the place of the
 * preset's. The demo's go without saying.
 */
export function fileName(
  experiment: string,
  preset: string,
  config: Readonly<Record<string, unknown>>,
): string {
  const name = preset === 'demo' ? experiment : `${experiment}-${preset}`;
  if (Object.keys(config).length === 0) return name;
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}-${createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8)}`;
}
