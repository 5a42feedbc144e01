import { conflict } from '../../errors.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import { insertWithdrawal } from './left-withdrawn.ts';
import type { PreparedImage } from './prepare-image.ts';
import type { StoredDataset } from './store-dataset.ts';

export interface Mirrored {
  imagesWithdrawn: number;
  annotationsWithdrawn: number;
  diagnosesWithdrawn: number;
}

export const nothingMirrored: Mirrored = {
  imagesWithdrawn: 0,
  annotationsWithdrawn: 0,
  diagnosesWithdrawn: 0,
};

/** What the folder does not have any more, of what came from it. */
export interface Gone {
  readonly annotations: string[];
  readonly diagnoses: string[];
}

/** Masks and diagnoses that came from this folder and that its rows of these images no longer have. */
export async function collectGone(
  client: Queryable,
  dataset: StoredDataset,
  images: readonly PreparedImage[],
  gone: Gone,
): Promise<void> {
  const paths = images.map(({ path }) => path);
  const masks = images.flatMap(({ path, annotations }) =>
    annotations.map(({ rater, structure }) => [
      path,
      dataset.raterIds[rater],
      dataset.structureIds[structure],
    ]),
  );
  const annotations = await client.query<{ id: string }>(
    `select a.id from annotations a join images i on i.id = a.image_id
     where i.dataset_id = $1 and i.path = any($2) and a.current and a.origin_id = $3 and not exists
       (select from unnest($4::text[], $5::uuid[], $6::uuid[]) as row (path, rater_id, structure_id)
        where (row.path, row.rater_id, row.structure_id) = (i.path, a.rater_id, a.structure_id))`,
    [dataset.id, paths, dataset.originId, ...[0, 1, 2].map((column) => masks.map((mask) => mask[column]))],
  );
  const given = images.flatMap(({ path, diagnoses }) =>
    Object.keys(diagnoses).map((source) => [path, source]),
  );
  const diagnoses = await client.query<{ id: string }>(
    `select d.id from diagnoses d join images i on i.id = d.image_id
     where i.dataset_id = $1 and i.path = any($2) and d.current and d.origin_id = $3 and not exists
       (select from unnest($4::text[], $5::text[]) as row (path, source) where (row.path, row.source) = (i.path, d.source))`,
    [dataset.id, paths, dataset.originId, ...[0, 1].map((column) => given.map((one) => one[column]))],
  );
  gone.annotations.push(...annotations.rows.map(({ id }) => id));
  gone.diagnoses.push(...diagnoses.rows.map(({ id }) => id));
}

interface Asked {
  readonly actor: string;
  /** Rows that may be withdrawn in all; left out: half of the images, of the masks and of the diagnoses. */
  readonly limit: number | null;
  readonly file: string;
  /** Every path that the folder has. */
  readonly paths: readonly string[];
}

/** Withdraws what came from this folder and is not there any more. @throws CONFLICT where that is more than was allowed. */
export async function mirror(
  client: Queryable,
  dataset: StoredDataset,
  gone: Gone,
  { actor, limit, file, paths }: Asked,
): Promise<Mirrored> {
  const images = await client.query<{ id: string }>(
    `select i.id from images i left join unnest($3::text[]) as row (path) on row.path = i.path
     where i.dataset_id = $1 and i.origin_id = $2 and i.withdrawal_id is null and row.path is null`,
    [dataset.id, dataset.originId, paths],
  );
  const counts = {
    imagesWithdrawn: images.rows.length,
    annotationsWithdrawn: gone.annotations.length,
    diagnosesWithdrawn: gone.diagnoses.length,
  };
  const total = images.rows.length + gone.annotations.length + gone.diagnoses.length;
  if (total === 0) return counts;
  requireAllowed(counts, await currentCounts(client, dataset), limit, dataset.name);
  const id = await insertWithdrawal(client, { actor, reason: `gone from ${file}` });
  const take = (table: string, change: string, ids: readonly string[]) =>
    client.query(`update ${table} set withdrawal_id = $1${change} where id = any($2)`, [id, ids]);
  await take('images', '', images.rows.map((row) => row.id)); // prettier-ignore
  await take('annotations', ', current = false', gone.annotations);
  await take('diagnoses', ', current = false', gone.diagnoses);
  return counts;
}

async function currentCounts(client: Queryable, { id, originId }: StoredDataset): Promise<Mirrored> {
  const ofReadings = (table: string) =>
    `(select count(*)::int from ${table} r join images i on i.id = r.image_id
      where i.dataset_id = $1 and i.withdrawal_id is null and r.current and r.origin_id = $2)`;
  const { rows } = await client.query<Mirrored>(
    `select (select count(*)::int from images where dataset_id = $1 and withdrawal_id is null and origin_id = $2) as "imagesWithdrawn",
       ${ofReadings('annotations')} as "annotationsWithdrawn", ${ofReadings('diagnoses')} as "diagnosesWithdrawn"`,
    [id, originId],
  );
  return rows[0];
}

/** An empty or half-copied folder must not empty a dataset. */
function requireAllowed(gone: Mirrored, stored: Mirrored, limit: number | null, name: string): void {
  const total = gone.imagesWithdrawn + gone.annotationsWithdrawn + gone.diagnosesWithdrawn;
  const kinds = ['imagesWithdrawn', 'annotationsWithdrawn', 'diagnosesWithdrawn'] as const;
  const allowed = limit === null ? kinds.every((kind) => gone[kind] * 2 <= stored[kind]) : total <= limit;
  if (allowed) return;
  const missing = `${gone.imagesWithdrawn} of ${stored.imagesWithdrawn} images, ${gone.annotationsWithdrawn} of ${stored.annotationsWithdrawn} masks and ${gone.diagnosesWithdrawn} of ${stored.diagnosesWithdrawn} diagnoses`;
  throw conflict(
    `mirror: the folder lacks ${missing} that dataset '${name}' has from it, more than ${limit === null ? 'half' : `mirrorLimit ${limit} allows`}; ` +
      `nothing was changed. If they are to be withdrawn, say so with mirrorLimit: ${total}`,
    { field: 'mirrorLimit', ...gone },
  );
}
