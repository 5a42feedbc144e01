import { newId } from '../../ids.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import type { PreparedImage } from './prepare-image.ts';

/** New diagnoses; one that differs from the current one of its source becomes the next version. */
export async function storeDiagnoses(
  client: Queryable,
  images: readonly PreparedImage[],
  ids: ReadonlyMap<string, string>,
  counts: { diagnosesAdded: number; diagnosesChanged: number },
): Promise<void> {
  const given = images.flatMap((image) =>
    Object.entries(image.diagnoses).map(([source, value]) => ({
      imageId: ids.get(image.path)!,
      source,
      value,
    })),
  );
  if (given.length === 0) return;
  const columns = [given.map((d) => d.imageId), given.map((d) => d.source), given.map((d) => d.value)];
  const incoming = 'unnest($1::uuid[], $2::text[], $3::int[]) as row (image_id, source, value)';
  const retired = await client.query(
    `update diagnoses d set current = false from ${incoming}
     where d.current and d.image_id = row.image_id and d.source = row.source and d.value is distinct from row.value`,
    columns,
  );
  const written = await client.query(
    `insert into diagnoses (id, image_id, source, value, version)
     select row.id, row.image_id, row.source, row.value,
       1 + coalesce((select max(version) from diagnoses d where d.image_id = row.image_id and d.source = row.source), 0)
     from unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[]) as row (image_id, source, value, id)
     where not exists
       (select from diagnoses d where d.current and d.image_id = row.image_id and d.source = row.source)`,
    [...columns, given.map(() => newId())],
  );
  counts.diagnosesChanged += retired.rowCount ?? 0;
  counts.diagnosesAdded += (written.rowCount ?? 0) - (retired.rowCount ?? 0);
}
