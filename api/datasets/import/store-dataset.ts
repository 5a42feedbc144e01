import type { Dataset, Rater } from '../../../ml/data/readers/reader.ts';
import { newId } from '../../ids.ts';
import { keepScale } from './keep-scale.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import { findDataset, isSameFolder, lockDataset, type Claim } from './find-dataset.ts';

export interface StoredDataset {
  id: string;
  name: string;
  /** The file that this import reads, among those that the dataset came from. */
  originId: string;
  /** True where this import made it. */
  added: boolean;
  /** In the order of the dataset that was read. */
  raterIds: string[];
  structureIds: string[];
}

/**
 * The dataset's row with its raters and structures: made, or found by name and brought up to date.
 * @throws CONFLICT as findDataset does: it may have changed while the files were read.
 */
export async function storeDataset(
  client: Queryable,
  dataset: Dataset,
  claim: Claim,
): Promise<StoredDataset> {
  // Two imports of one dataset at once: the second waits, and then finds what the first has written.
  await lockDataset(client, claim.name);
  const found = await findDataset(client, claim);
  await keepScale(client, dataset);
  const { description, modality, diagnosisNames = [], diagnosisKind = 'binary', labels } = dataset;
  const rule = labels ? JSON.stringify(labels) : null;
  const id = found?.id ?? newId();
  await client.query(
    `insert into datasets (id, name, description, modality, diagnosis_names, diagnosis_kind, label_rule)
     values ($1, $2, $3, $4, $5, $6::diagnosis_kind, $7::jsonb)
     on conflict (id) do update set description = $3, modality = $4, diagnosis_names = $5,
       diagnosis_kind = $6::diagnosis_kind, label_rule = $7::jsonb, withdrawal_id = null`,
    [id, claim.name, description, modality, diagnosisNames, diagnosisKind, rule],
  );
  const originId = await storeOrigin(client, id, claim.file);
  if (found?.origins.every((origin) => isSameFolder(origin, claim.file)))
    await claimUnknown(client, id, originId);
  const structureIds = await named(client, 'structures', id, dataset.structures);
  const raterIds = await named(
    client,
    'raters',
    id,
    dataset.raters.map(({ name }) => name),
  );
  await describeRaters(client, raterIds, dataset.raters);
  return { id, name: claim.name, originId, added: !found, raterIds, structureIds };
}

/** What was imported before origins were kept can only have come from here: mirror withdraws it too. */
async function claimUnknown(client: Queryable, datasetId: string, originId: string): Promise<void> {
  const { rowCount } = await client.query(
    'update images set origin_id = $2 where dataset_id = $1 and origin_id is null',
    [datasetId, originId],
  );
  if (!rowCount) return;
  for (const table of ['annotations', 'diagnoses'])
    await client.query(
      `update ${table} r set origin_id = $2 from images i
       where i.id = r.image_id and i.dataset_id = $1 and r.origin_id is null`,
      [datasetId, originId],
    );
}

async function storeOrigin(client: Queryable, datasetId: string, file: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into origins (id, dataset_id, file) values ($1, $2, $3)
     on conflict (dataset_id, file) do update set file = excluded.file returning id`,
    [newId(), datasetId, file],
  );
  return rows[0].id;
}

/** Ids of these names; new ones are put after those there are. */
async function named(
  client: Queryable,
  table: 'raters' | 'structures',
  datasetId: string,
  names: readonly string[],
): Promise<string[]> {
  await client.query(
    `insert into ${table} (id, dataset_id, name, position)
     select row.id, $1, row.name, row_number() over (order by row.place) - 1
       + coalesce((select max(position) + 1 from ${table} where dataset_id = $1), 0)
     from unnest($2::uuid[], $3::text[]) with ordinality as row (id, name, place)
     where not exists (select from ${table} t where t.dataset_id = $1 and t.name = row.name)`,
    [datasetId, names.map(() => newId()), names],
  );
  const { rows } = await client.query<{ id: string }>(
    `select t.id from unnest($2::text[]) with ordinality as row (name, place)
     join ${table} t on t.dataset_id = $1 and t.name = row.name order by row.place`,
    [datasetId, names],
  );
  return rows.map((row) => row.id);
}

async function describeRaters(client: Queryable, ids: string[], raters: readonly Rater[]): Promise<void> {
  await client.query(
    `update raters r set kind = row.kind::rater_kind, informativeness = row.informativeness
     from unnest($1::uuid[], $2::text[], $3::float8[]) as row (id, kind, informativeness) where r.id = row.id`,
    [ids, raters.map(({ kind }) => kind), raters.map(({ informativeness }) => informativeness)],
  );
}
