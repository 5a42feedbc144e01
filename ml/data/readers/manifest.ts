import { resolve } from 'node:path';
import { z } from 'zod';
import { findManifest, loadManifest, type Manifest } from './load-manifest.ts';
import { encodingName } from './manifest-settings.ts';
import { countRows, manifestRows } from './manifest-rows.ts';
import type { Dataset, Reader } from './reader.ts';

const config = z.strictObject({
  encoding: encodingName.optional().meta({
    description:
      "Encoding of the table, such as windows-1252. If omitted, that of the manifest's setting `encoding`, else UTF-8.",
    source: 'What the WHATWG Encoding Standard names.',
  }),
});

/** The project's own layout: a CSV or JSON file that names each image, its masks and what is known of it. */
export const manifest: Reader<z.infer<typeof config>> = {
  name: 'manifest',
  summary:
    'A folder with a manifest.json or manifest.csv, which lists each image with its masks and its diagnosis.',
  citation: 'Our own format: docs/manifest.md.',
  reconstruction: null,
  history: ['First version.'],
  config,
  presets: {},
  recognises: async (path) => (await findManifest(resolve(path))) !== null,
  open: async (path, { encoding }) => asDataset(await loadManifest(path, encoding)),
};

function asDataset(manifest: Manifest): Dataset {
  const { name, description, modality, file, root, raters, structures, labels, pictures } = manifest;
  const { kind: diagnosisKind, names: diagnosisNames } = manifest.diagnoses.scale;
  const { crop, range, duplicates } = manifest;
  return {
    ...{ name, description, modality, diagnosisKind, diagnosisNames, labels, pictures },
    ...{ file, root, raters, structures, crop, range, duplicates },
    spacingInFiles: manifest.spacing === 'files',
    fit: manifest.masks.fit,
    countRows: () => countRows(manifest),
    rows: () => manifestRows(manifest),
  };
}
