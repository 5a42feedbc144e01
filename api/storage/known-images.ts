import { imagesOfFold, type Divided, type Fold } from '../../ml/data/fold.ts';
import type { Split } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';

/** What is known of images without reading them, in the order of their snapshot. */
export type KnownImages = Required<Omit<Divided, 'trueDiagnoses'>>;

export interface SnapshotRow {
  readonly image: { readonly path: string; readonly subject: string };
  /** What fusions and the AUC read as its diagnosis. */
  readonly label: number | null;
}

export const knownOf = (rows: readonly SnapshotRow[]): KnownImages => ({
  ids: rows.map(({ image }) => image.path),
  subjects: rows.map(({ image }) => image.subject),
  diagnoses: rows.map(({ label }) => (label === null ? null : labelOf(label))),
});

const labelOf = (value: number): 0 | 1 => (value === 1 ? 1 : 0);

export async function splitImages(db: Database, snapshotId: string, split: Split): Promise<KnownImages> {
  const rows = await db.snapshotImage.findMany({
    where: { snapshotId, split },
    orderBy: { position: 'asc' },
    select: {
      image: { select: { path: true, subject: true } },
      label: true,
    },
  });
  return knownOf(rows);
}

/** How many images there are, and how many of each diagnosis. */
export interface Counts {
  readonly images: number;
  readonly positive: number;
  readonly negative: number;
}

/** Of a fold; of all but a fold, for a training that leaves it out; or of all. */
export function countImages(
  known: KnownImages,
  { fold, leaveOut }: { readonly fold?: Fold | null; readonly leaveOut?: Fold | null } = {},
): Counts {
  const left = new Set(leaveOut ? imagesOfFold(known, leaveOut) : []);
  const asked = fold ? imagesOfFold(known, fold) : known.ids.map((_, index) => index);
  const images = asked.filter((index) => !left.has(index));
  const of = (label: 0 | 1): number => images.filter((index) => known.diagnoses[index] === label).length;
  return { images: images.length, positive: of(1), negative: of(0) };
}
