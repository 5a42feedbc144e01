import { writePhantomFolder as write } from '../../ml/cli/phantom-folder.ts';

/** A few small fundus phantoms in a user's folder. */
export async function writePhantomFolder(
  folder: string,
  counts = { train: 8, validation: 2, test: 6 },
): Promise<void> {
  await write(folder, { modality: 'fundus', seed: 1, size: 32, counts });
}
