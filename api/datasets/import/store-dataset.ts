import type { Dataset, Rater } from '../../../ml/data/readers/reader.ts';
import { newId } from '../../ids.ts';
import { keepScale } from './keep-scale.ts';
import type { Queryable } from '../../storage/blob-store.ts';

export interface StoredDataset {
  id: string;
  /** True where this import made it. */
  added: boolean;
  /** In the order of the dataset that was read. */
  raterIds: string[];
  structureIds: string[];
}

/** The dataset's row with its raters and structures: made, or found by name and brought up to date. */
export async function storeDataset(client: Queryable, dataset: Dataset): Promise<StoredDataset> {
  // Two imports of one dataset at once: the second waits, and then finds what the first has written.
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`dataset ${dataset.name}`]);
  await keepScale(client, dataset);
  const { description, modality, diagnosisNames = [], diagnosisKind = 'binary', labels } = dataset;
  const rule = labels ? JSON.stringify(labels) : null;
  const facts = [dataset.name, description, modality, diagnosisNames, diagnosisKind, rule];
  const inserted = await client.query<{ id: string }>(
    `insert into datasets (id, name, description, modality, diagnosis_names, diagnosis_kind, label_rule)
     values ($7, $1, $2, $3, $4, $5::diagnosis_kind, $6::jsonb)
     on conflict (name) do nothing returning id`,
    [...facts, newId()],
  );
  const updated = await client.query<{ id: string }>(
    `update datasets set description = $2, modality = $3, diagnosis_names = $4,
       diagnosis_kind = $5::diagnosis_kind, label_rule = $6::jsonb where name = $1 returning id`,
    facts,
  );
  const { id } = updated.rows[0];
  const structureIds = await named(client, 'structures', id, dataset.structures);
  const raterIds = await named(
    client,
    'raters',
    id,
    dataset.raters.map(({ name }) => name),
  );
  await describeRaters(client, raterIds, dataset.raters);
  return { id, added: inserted.rows.length > 0, raterIds, structureIds };
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
