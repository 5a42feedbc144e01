import type { Queryable } from '../../storage/blob-store.ts';
import type { PreparedImage } from './prepare-image.ts';
import type { StoredDataset } from './store-dataset.ts';

/** Where these images and their readings came from, and the state of their files: what a later import compares with. */
export async function recordOrigin(
  client: Queryable,
  { id, originId, raterIds, structureIds }: StoredDataset,
  images: readonly PreparedImage[],
): Promise<void> {
  const paths = images.map(({ path }) => path);
  await client.query(
    `update images i set origin_id = $2, file_state = row.state
     from unnest($3::text[], $4::text[]) as row (path, state) where i.dataset_id = $1 and i.path = row.path`,
    [id, originId, paths, images.map(({ state }) => state)],
  );
  const masks = images.flatMap(({ path, annotations }) =>
    annotations.map(({ rater, structure }) => [path, raterIds[rater], structureIds[structure]]),
  );
  // A reading that two folders have belongs to the first: the other one's mirror leaves it.
  await client.query(
    `update annotations a set origin_id = $2
     from unnest($3::text[], $4::uuid[], $5::uuid[]) as row (path, rater_id, structure_id)
     join images i on i.dataset_id = $1 and i.path = row.path
     where a.current and a.origin_id is null
       and (a.image_id, a.rater_id, a.structure_id) = (i.id, row.rater_id, row.structure_id)`,
    [id, originId, ...[0, 1, 2].map((column) => masks.map((mask) => mask[column]))],
  );
  const given = images.flatMap(({ path, diagnoses }) =>
    Object.keys(diagnoses).map((source) => [path, source]),
  );
  await client.query(
    `update diagnoses d set origin_id = $2 from unnest($3::text[], $4::text[]) as row (path, source)
     join images i on i.dataset_id = $1 and i.path = row.path
     where d.current and d.origin_id is null and (d.image_id, d.source) = (i.id, row.source)`,
    [id, originId, ...[0, 1].map((column) => given.map((one) => one[column]))],
  );
}
