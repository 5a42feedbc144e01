import path from 'node:path';
import type { Client } from './client.ts';
import { freeze, freezeStored, importDataset, type Frozen } from './cohort.ts';
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

/** Finds the subject's images in the store, or imports them, and freezes their cohort. */
export async function openSubject(client: Client, subject: Subject): Promise<Frozen> {
  const { modality = modalities[0], phantomSeed } = subject;
  if (subject.data !== undefined || subject.dataset !== undefined) return openImages(client, subject);
  const data = await writePhantoms(modality, { ...subject, seed: phantomSeed });
  // A phantom is made anew wherever a command runs, and is the same everywhere: it adds to what there is of its name.
  return openImages(client, { data, reading: { add: true } });
}

type Images = Pick<CommonOptions, 'data' | 'dataset' | 'cohort' | 'reading'>;

/** The images of a stored dataset, or of a folder. */
export async function openImages(
  client: Client,
  { data, dataset, cohort, reading }: Images,
): Promise<Frozen> {
  if (dataset !== undefined) return freezeStored(client, dataset, cohort, reading?.labels);
  if (data === undefined) throw new Error('neither a folder nor a dataset is named');
  const datasetId = await importDataset(client, path.resolve(data), reading);
  return { datasetId, snapshotId: await freeze(client, datasetId, reading?.labels) };
}
