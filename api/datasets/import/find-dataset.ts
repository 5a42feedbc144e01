import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GraphQLError } from 'graphql';
import { conflict } from '../../errors.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import { datasetLock, nameKey } from './dataset-name.ts';

export interface FoundDataset {
  readonly id: string;
  readonly name: string;
  /** Files that it was imported from. */
  readonly origins: readonly string[];
  readonly withdrawn: { readonly actor: string; readonly reason: string; readonly at: string } | null;
}

/** What a request says about the dataset that it may add to. */
export interface Claim {
  readonly name: string;
  /** Real path of the file that describes the folder. */
  readonly file: string;
  /** Add to a dataset that another folder made. */
  readonly add?: boolean;
  /** Take back what was withdrawn. */
  readonly restore?: boolean;
}

/** Whoever changes which rows a dataset has waits here: imports and withdrawals of one dataset take turns. */
export async function lockDataset(client: Queryable, name: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [datasetLock(name)]);
}

/**
 * The dataset that the claim is about; null where it will be a new one.
 * @throws CONFLICT where it is another folder's, was withdrawn, or has a name that only looks the same.
 */
export async function findDataset(client: Queryable, claim: Claim): Promise<FoundDataset | null> {
  const found = (await byName(client, claim.name)) ?? (await byKey(client, claim.name));
  const refusal = found && refusalOf(found, claim);
  if (refusal) throw refusal;
  return found;
}

async function byName(client: Queryable, name: string): Promise<FoundDataset | null> {
  const { rows } = await client.query<FoundDataset>(
    `select d.id, d.name,
       coalesce((select array_agg(o.file order by o.created_at, o.id) from origins o where o.dataset_id = d.id), '{}') as origins,
       (select json_build_object('actor', w.actor, 'reason', w.reason, 'at', w.created_at)
        from withdrawals w where w.id = d.withdrawal_id) as withdrawn
     from datasets d where d.name = $1`,
    [name],
  );
  return rows[0] ?? null;
}

/** The dataset whose name a person would take for this one. Compared here: the database's capitals depend on its locale. */
async function byKey(client: Queryable, name: string): Promise<FoundDataset | null> {
  const { rows } = await client.query<{ name: string }>('select name from datasets');
  const other = rows.find((row) => nameKey(row.name) === nameKey(name));
  return other ? byName(client, other.name) : null;
}

function refusalOf(found: FoundDataset, { name, file, add, restore }: Claim): GraphQLError | null {
  const details = { field: 'name', datasetId: found.id, dataset: found.name };
  if (found.name !== name)
    return conflict(
      `there is a dataset '${found.name}': '${name}' differs from it only in capitals or form; use its name, or another one`,
      details,
    );
  if (found.withdrawn && !restore) {
    const { actor, at, reason } = found.withdrawn;
    return conflict(
      `dataset '${name}' was withdrawn by ${actor} on ${at.slice(0, 10)} (${reason}): import under another name, or take it back with restore: true`,
      details,
    );
  }
  if (add || isOwn(found, file)) return null;
  return conflict(
    `dataset '${name}' was imported from ${found.origins.join(', ') || 'elsewhere'}, this is ${file}: ` +
      'import under another name (name), or say that this folder adds to it (add: true)',
    details,
  );
}

/** Files of one folder describe one dataset, such as a COCO file for each split. */
function isOwn({ origins }: FoundDataset, file: string): boolean {
  return origins.some((origin) => isSameFolder(origin, file));
}

/** Of imports by 0.1.0 only what was asked for is known, which may be the folder itself. */
export function isSameFolder(origin: string, file: string): boolean {
  return origin === dirname(file) || dirname(origin) === dirname(file);
}

/** The file's real path: a link to a folder is the folder. */
export async function originOf(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}
