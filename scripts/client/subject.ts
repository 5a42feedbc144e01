import path from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import type { Client } from './client.ts';
import { freeze, importDataset } from './cohort.ts';
import { modalities, presetOf, writePhantoms, type Preset } from './phantoms.ts';
import { wholeNumber } from './whole-number.ts';

/** The images that a command works on: a phantom's, or a folder's. */
export interface Subject {
  readonly preset: Preset;
  /** The phantom, where no folder is given. */
  readonly modality: string;
  readonly phantomSeed: number;
  /** Phantoms: number of images in all. */
  readonly images: number;
  /** A folder with a manifest, or a manifest file. */
  readonly data?: string;
  /** Bad rows of the manifest are left out and listed. */
  readonly skipBad: boolean;
}

/** For `parseArgs`: what names a subject. */
export const subjectOptions = {
  modality: { type: 'string' },
  data: { type: 'string' },
  'skip-bad': { type: 'boolean', default: false },
  preset: { type: 'string', default: 'demo' },
  images: { type: 'string', default: '300' },
  'phantom-seed': { type: 'string', default: '1' },
} as const satisfies ParseArgsConfig['options'];

export const subjectUsage = `\
  --modality NAME   the phantom: ${modalities.join(', ')} (default fundus)
  --data PATH       real data instead: a folder with a manifest, or a manifest file (docs/manifest.md)
  --skip-bad        leave out bad rows of the manifest and list them, instead of refusing them all
  --preset NAME     demo (64×64, minutes on two cores; default) or paper (256×256, ResNet50: wants a GPU)
  --images N        phantoms: number of images in all (default 300: 160 train, 40 validation, 100 test)
  --phantom-seed N  seed of the phantom's images (default 1)`;

interface SubjectValues {
  readonly modality?: string;
  readonly data?: string;
  readonly 'skip-bad': boolean;
  readonly preset: string;
  readonly images: string;
  readonly 'phantom-seed': string;
}

/** @throws Error naming the option that cannot be, before any work is done. */
export function parseSubject(values: SubjectValues): Subject {
  const { data, modality = modalities[0] } = values;
  if (data && values.modality) throw new Error('--data and --modality exclude each other');
  if (!(modalities as readonly string[]).includes(modality)) {
    throw new Error(`--modality '${modality}': expected one of ${modalities.join(', ')}`);
  }
  return {
    preset: presetOf(values.preset),
    modality,
    phantomSeed: wholeNumber('--phantom-seed', values['phantom-seed'], 0),
    images: wholeNumber('--images', values.images, 30),
    data,
    skipBad: values['skip-bad'],
  };
}

export interface Cohort {
  readonly datasetId: string;
  readonly snapshotId: string;
}

/** Imports the subject's images, or finds them, and freezes the cohort of all of them. */
export async function openSubject(client: Client, subject: Subject): Promise<Cohort> {
  const { data, modality, phantomSeed } = subject;
  const folder = data ?? (await writePhantoms(modality, { ...subject, seed: phantomSeed }));
  const datasetId = await importDataset(client, path.resolve(folder), subject);
  return { datasetId, snapshotId: await freeze(client, datasetId) };
}
