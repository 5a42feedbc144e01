import path from 'node:path';
import { writePhantomFolder } from '../phantom-folder.ts';
import { progressLine } from './progress.ts';

/** Sides that the presets work at. */
const sides = { demo: 64, paper: 256 } as const;
export type Preset = keyof typeof sides;

export interface PhantomOptions {
  readonly preset: Preset;
  readonly seed: number;
  /** Number of images in all. */
  readonly images: number;
}

export const modalities = ['fundus', 'ultrasound', 'dermoscopy'] as const;

/** @throws Error before any work is done for a name that no method will know. */
export function presetOf(name: string): Preset {
  if (!Object.hasOwn(sides, name))
    throw new Error(`--preset '${name}': expected one of ${Object.keys(sides).join(', ')}`);
  return name as Preset;
}

/** Writes one phantom dataset and answers its folder. */
export async function writePhantoms(modality: string, options: PhantomOptions): Promise<string> {
  const { images, preset, seed } = options;
  const size = sides[preset];
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
