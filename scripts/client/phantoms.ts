import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Sides of phantoms that suit the presets; any other preset takes the demo's. */
const sides: Readonly<Record<string, number>> = { demo: 64, paper: 256 };

export interface PhantomOptions {
  readonly preset: string;
  readonly seed: number;
  /** Number of images in all. */
  readonly images: number;
}

/** The phantoms of this checkout, which makes them: a server may know others. */
export const modalities = ['fundus', 'ultrasound', 'dermoscopy'] as const;

/** Writes one phantom dataset and answers its folder. It is made by a program of ml: a command is only a client. */
export async function writePhantoms(modality: string, options: PhantomOptions): Promise<string> {
  const { images, preset, seed } = options;
  const size = sides[preset] ?? sides['demo'];
  const folder = path.join('.consilium', 'phantoms', `${modality}-${images}-${size}-${seed}`);
  const settings = Object.entries({ folder, modality, images, size, seed });
  const args = settings.flatMap(([name, value]) => [`--${name}`, String(value)]);
  const program = ['--import', 'tsx', 'ml/cli/write-phantom.ts', ...args];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the phantom '${modality}' could not be made`);
  return folder;
}
