import { Prisma } from '../../prisma/client/client.ts';

/** Pictures that are made of one image, and may show who is in it. */
const pictures = ['fused_masks', 'expertness_maps', 'predicted_masks', 'agreement_maps'] as const;

/** Hashes of all that a purge is about: its images, their pictures, its annotations. Once its rows are marked. */
export function purgedHashes(purgeId: string): Prisma.Sql {
  const ofImages = pictures.map(
    (table) => Prisma.sql`select sha256 from ${Prisma.raw(table)} where image_id in (select id from images where purge_id = ${purgeId}::uuid)`, // prettier-ignore
  );
  return Prisma.join(
    [
      Prisma.sql`select sha256 from images where purge_id = ${purgeId}::uuid`,
      Prisma.sql`select sha256 from annotations where purge_id = ${purgeId}::uuid`,
      ...ofImages,
    ],
    ' union ',
  );
}

/** Whether a row that was not purged has these bytes too: an empty mask is the same file for everybody. */
export function isShared(sha256: Prisma.Sql): Prisma.Sql {
  const alive = pictures.map(
    (table) => Prisma.sql`exists (select from ${Prisma.raw(table)} x join images i on i.id = x.image_id
      where x.sha256 = ${sha256} and i.purge_id is null)`,
  );
  const files = ['models', 'fusions', 'checkpoints'].map(
    (table) => Prisma.sql`exists (select from ${Prisma.raw(table)} x where x.sha256 = ${sha256})`,
  );
  return Prisma.sql`(${Prisma.join(
    [
      Prisma.sql`exists (select from images x where x.sha256 = ${sha256} and x.purge_id is null)`,
      Prisma.sql`exists (select from annotations x where x.sha256 = ${sha256} and x.purge_id is null)`,
      ...alive,
      ...files,
    ],
    ' or ',
  )})`;
}

/** SQL: the snapshots that have an image or an annotation that this purge is about. */
export function snapshotsOf(purgeId: string): Prisma.Sql {
  return Prisma.sql`select s.snapshot_id from snapshot_images s join images i on i.id = s.image_id where i.purge_id = ${purgeId}::uuid
    union select s.snapshot_id from snapshot_annotations s join annotations a on a.id = s.annotation_id
      where a.purge_id = ${purgeId}::uuid`;
}

/** SQL: runs that have not ended and work on these snapshots. */
export function runsAtWork(snapshots: Prisma.Sql): Prisma.Sql {
  const of = (table: string) =>
    Prisma.sql`select run_id from ${Prisma.raw(table)} where snapshot_id in (${snapshots})`;
  const runs = ['fusions', 'models', 'evaluations', 'experiments', 'agreements'].map(of);
  return Prisma.sql`select id::text, kind::text, status::text from runs
    where status in ('queued', 'running') and id in (${Prisma.join(runs, ' union ')}) order by id`;
}
