import type { Split } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';
import { purged } from '../errors.ts';

/**
 * For whoever asks for new work on a snapshot, in the transaction that creates the run (createRun holds purges off).
 * @throws PURGED where bytes that the work would read are gone; results that were made before stay.
 */
export async function requireUnpurged(
  db: Database,
  snapshotId: string,
  splits?: readonly Split[] | null,
): Promise<void> {
  const wanted = splits ? [...splits] : null;
  const [row] = await db.$queryRaw<{ images: number; annotations: number }[]>`
    select count(*) filter (where i.purge_id is not null)::int as images,
      (select count(*)::int from snapshot_annotations s join annotations a on a.id = s.annotation_id
         join snapshot_images m on m.snapshot_id = s.snapshot_id and m.image_id = a.image_id
       where s.snapshot_id = ${snapshotId}::uuid and a.purge_id is not null
         and (${wanted}::text[] is null or m.split::text = any(${wanted}::text[]))) as annotations
    from snapshot_images s join images i on i.id = s.image_id
    where s.snapshot_id = ${snapshotId}::uuid and (${wanted}::text[] is null or s.split::text = any(${wanted}::text[]))`;
  const { images, annotations } = row;
  if (images + annotations === 0) return;
  throw purged(
    `snapshot ${snapshotId} has ${images} images and ${annotations} annotations that were purged: freeze its cohort anew, which leaves them out`,
    { snapshotId, images, annotations },
  );
}
