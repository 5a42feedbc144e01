import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';

/**
 * For work that learns: images without a split are enough for votes and agreement, not for this.
 * @throws INVALID_INPUT where no image of the snapshot has a split; images of single splits are asked for elsewhere.
 */
export async function requireSplits(db: Database, snapshotId: string, what: string): Promise<void> {
  const counts = await db.snapshotImage.groupBy({ by: ['split'], where: { snapshotId }, _count: true });
  if (counts.some(({ split }) => split !== 'none')) return;
  const images = counts.reduce((sum, { _count: count }) => sum + count, 0);
  throw invalidInput(
    `${what} needs images to train on and others to test: none of the ${images} images of snapshot ${snapshotId} has a split. ` +
      "Name one for each (column 'split' of a manifest; all images of a subject the same), import again, and freeze the cohort anew",
    'split',
  );
}
