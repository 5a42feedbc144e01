import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { phantoms } from '../data/index.ts';
import type { Phantom, PhantomCase } from '../data/phantoms/phantom.ts';

export interface PhantomFolderOptions {
  readonly modality: string;
  readonly seed: number;
  /** Side of the square images in pixels. */
  readonly size: number;
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  /** After each case: cases written and to write. */
  readonly onCase?: (done: number, total: number) => void;
}

/**
 * Writes a phantom dataset as a user's folder would look (docs/manifest.md): pictures, masks and, last, manifest.json.
 * The manifest states what only a phantom knows: how informative each rater is, and the latent shape of each case.
 */
export async function writePhantomFolder(folder: string, options: PhantomFolderOptions): Promise<void> {
  const { modality, seed, size, counts, onCase } = options;
  const phantom = phantoms.get(modality).create({ seed, config: { size, ...counts } });
  await mkdir(path.join(folder, 'images'), { recursive: true });
  await mkdir(path.join(folder, 'masks'), { recursive: true });
  const images = [];
  for (let index = 0; index < phantom.length; index++) {
    images.push(await writeCase(folder, phantom, phantom.case(index)));
    onCase?.(index + 1, phantom.length);
  }
  const manifest = {
    name: `${modality} phantom, ${phantom.length} images of ${size}×${size}, seed ${seed}`,
    description: phantoms.get(modality).summary,
    modality,
    structures: phantom.structures,
    raters: phantom.raterTruth.map(({ name, informativeness }) => ({ name, informativeness })),
    subject: '{subject}',
    diagnosis: '{diagnosis}',
    diagnosisNames: phantom.diagnosisNames,
    metadata: ['measure', 'probability'],
    images,
  };
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
}

async function writeCase(folder: string, phantom: Phantom, item: PhantomCase) {
  const { id, subject, split, diagnosis, truth } = item;
  const file = `images/${id}.png`;
  const rgb = Uint8Array.from(item.image, (value) => Math.round(value * 255));
  await writePng(path.join(folder, file), rgb, phantom, 3);
  const masks = item.masks.flatMap((structures, r) =>
    structures.map((mask, s) => ({
      mask,
      rater: phantom.raterTruth[r].name,
      structure: phantom.structures[s],
      path: `masks/${id}-${phantom.raterTruth[r].name}-${phantom.structures[s]}.png`,
    })),
  );
  await Promise.all(
    masks.map(({ mask, path: maskPath }) =>
      writePng(
        path.join(folder, maskPath),
        mask.map((value) => value * 255),
        phantom,
        1,
      ),
    ),
  );
  return {
    path: file,
    subject,
    split,
    diagnosis: String(diagnosis),
    measure: truth.measure.toFixed(4),
    probability: truth.probability.toFixed(4),
    masks: masks.map(({ rater, structure, path: maskPath }) => ({ rater, structure, path: maskPath })),
  };
}

async function writePng(
  file: string,
  bytes: Uint8Array,
  { width, height }: Phantom,
  channels: 1 | 3,
): Promise<void> {
  await sharp(bytes, { raw: { width, height, channels } }).png().toFile(file);
}
