import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { phantoms } from '../../ml/data/index.ts';

const size = 32;

/** Writes a few small fundus phantoms as a user's folder would look: pictures, masks and a manifest.json. */
export async function writePhantomFolder(
  folder: string,
  counts = { train: 8, validation: 2, test: 6 },
): Promise<void> {
  const phantom = phantoms.get('fundus').create({ seed: 1, config: { size, ...counts } });
  const images = [];
  for (let index = 0; index < phantom.length; index++) {
    const { id, subject, split, diagnosis, image, masks } = phantom.case(index);
    const path = `images/${id}.png`;
    await writePng(
      join(folder, path),
      Uint8Array.from(image, (value) => Math.round(value * 255)),
      3,
    );
    const rows = masks.flatMap((structures, r) =>
      structures.map((mask, s) => ({
        mask,
        rater: phantom.raterTruth[r]?.name ?? '',
        structure: phantom.structures[s] ?? '',
        path: `masks/${id}-${r}-${s}.png`,
      })),
    );
    for (const row of rows) {
      await writePng(
        join(folder, row.path),
        row.mask.map((value) => value * 255),
        1,
      );
    }
    images.push({
      path,
      subject,
      split,
      diagnosis: String(diagnosis),
      masks: rows.map(({ rater, structure, path: maskPath }) => ({ rater, structure, path: maskPath })),
    });
  }
  const manifest = {
    name: 'small fundus phantoms',
    modality: 'fundus',
    structures: phantom.structures,
    raters: phantom.raterTruth.map(({ name }) => name),
    subject: '{subject}',
    diagnosis: '{diagnosis}',
    images,
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

async function writePng(path: string, bytes: Uint8Array, channels: 1 | 3): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp(bytes, { raw: { width: size, height: size, channels } })
    .png()
    .toFile(path);
}
