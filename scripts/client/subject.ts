import path from 'node:path';
import type { Client } from './client.ts';
import { freeze, importDataset } from './cohort.ts';
import { commonOptions, imagesUsage, parseCommon, type CommonOptions } from './common-options.ts';
import { modalities, writePhantoms } from './phantoms.ts';
import { wholeNumber } from './whole-number.ts';

/** The images that a command works on: a folder's, or a phantom's. */
export interface Subject extends CommonOptions {
  readonly phantomSeed: number;
}

/** For `parseArgs`. */
export const subjectOptions = {
  ...commonOptions,
  'phantom-seed': { type: 'string', default: '1' },
} as const;

export const subjectUsage = `\
  --modality NAME   the phantom: ${modalities.join(', ')} (default fundus)
${imagesUsage}
  --phantom-seed N  seed of the phantom's images (default 1)`;

/** @throws Error naming the option that cannot be, before any work is done. */
export function parseSubject(
  values: Parameters<typeof parseCommon>[0] & { readonly 'phantom-seed': string },
): Subject {
  return {
    ...parseCommon(values),
    phantomSeed: wholeNumber('--phantom-seed', values['phantom-seed'], 0),
  };
}

export interface Cohort {
  readonly datasetId: string;
  readonly snapshotId: string;
}

/** Imports the subject's images, or finds them, and freezes the cohort of all of them. */
export async function openSubject(client: Client, subject: Subject): Promise<Cohort> {
  const { data, modality = modalities[0], phantomSeed, reading } = subject;
  const folder = data ?? (await writePhantoms(modality, { ...subject, seed: phantomSeed }));
  const datasetId = await importDataset(client, path.resolve(folder), reading);
  return { datasetId, snapshotId: await freeze(client, datasetId, reading.labels) };
}
