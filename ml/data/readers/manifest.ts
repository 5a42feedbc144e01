import { resolve } from 'node:path';
import { z } from 'zod';
import { findManifest, loadManifest, type Manifest } from './load-manifest.ts';
import { countRows, manifestRows } from './manifest-rows.ts';
import type { Dataset, Reader } from './reader.ts';

/** The project's own layout: a CSV or JSON file that names each image, its masks and what is known of it. */
export const manifest: Reader<Record<string, never>> = {
  name: 'manifest',
  summary:
    'A folder with a manifest.json or manifest.csv, which lists each image with its masks and its diagnosis.',
  citation: 'Our own format: docs/manifest.md.',
  reconstruction: null,
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  recognises: async (path) => (await findManifest(resolve(path))) !== null,
  open: async (path) => asDataset(await loadManifest(path)),
};

function asDataset(manifest: Manifest): Dataset {
  const { name, description, modality, file, root, raters, structures, crop, labels, pictures } = manifest;
  const { kind: diagnosisKind, names: diagnosisNames } = manifest.diagnoses.scale;
  return {
    ...{ name, description, modality, diagnosisKind, diagnosisNames, labels, pictures },
    ...{ file, root, raters, structures, crop },
    fit: manifest.masks.fit,
    countRows: () => countRows(manifest),
    rows: () => manifestRows(manifest),
  };
}
