import path from 'node:path';
import { writePhantomFolder } from '../phantom-folder.ts';
import { progressLine } from './progress.ts';

// Sides that the presets work at.
const sides: Readonly<Record<string, number>> = { demo: 64, paper: 256 };

export interface PhantomOptions {
  readonly preset: string;
  readonly seed: number;
  /** Number of images in all. */
  readonly images: number;
}

export const modalities = ['fundus', 'ultrasound', 'dermoscopy'] as const;

/** Writes one phantom dataset and answers its folder. */
export async function writePhantoms(modality: string, options: PhantomOptions): Promise<string> {
  const { images, preset, seed } = options;
  const size = sides[preset] ?? 64;
  const test = Math.round(images / 3);
  const validation = Math.round((images * 2) / 15);
  const counts = { train: images - test - validation, validation, test };
  const folder = path.join('.consilium', 'phantoms', `${modality}-${images}-${size}-${seed}`);
  const line = progressLine('make phantoms');
  await writePhantomFolder(folder, {
    modality,
    seed,
    size,
    counts,
    onCase: (done, total) =>
      line.update({
        status: 'running',
        progress: done / total,
        stage: `${done} of ${total}`,
        errorMessage: null,
      }),
  });
  line.end();
  return folder;
}
