import type { Problem } from '../../../ml/data/readers/problem.ts';
import { newId } from '../../ids.ts';
import type { BlobStore, Queryable } from '../../storage/blob-store.ts';
import type { PreparedAnnotation, PreparedImage } from './prepare-image.ts';
import type { StoredDataset } from './store-dataset.ts';
import { sameMask } from './store-images.ts';

/** What the folder still has and what was taken back: it stays so, unless the request says `restore`. */
export interface LeftWithdrawn {
  images: number;
  annotations: number;
  diagnoses: number;
  /** A line for each of the first ones. */
  shown: string[];
}

const mostShown = 100;

export const nothingLeft = (): LeftWithdrawn => ({ images: 0, annotations: 0, diagnoses: 0, shown: [] });

export function leaveOut(
  left: LeftWithdrawn,
  kind: 'images' | 'annotations' | 'diagnoses',
  line: string,
): void {
  left[kind]++;
  if (left.shown.length < mostShown) left.shown.push(line);
}

interface WithdrawnImage {
  readonly id: string;
  readonly path: string;
  /** Null where it was imported without a picture. */
  readonly sha256: string | null;
  readonly here: boolean;
  readonly purged: boolean;
  readonly why: string;
}

interface Deps {
  readonly client: Queryable;
  readonly blobs: Pick<BlobStore, 'get'>;
  readonly dataset: StoredDataset;
  readonly restore: boolean;
}

interface Kept {
  readonly images: PreparedImage[];
  readonly problems: Problem[];
  readonly restored: number;
}

/**
 * Of these images those that may be written. An image that was withdrawn is known by its path, and by its content under
 * any other path of its dataset; one that was purged by its content in every dataset. `restore` makes them good again.
 */
export async function withoutWithdrawn(
  deps: Deps,
  images: readonly PreparedImage[],
  left: LeftWithdrawn,
): Promise<Kept> {
  const withdrawn = await withdrawnImages(deps, images);
  const living = await livingPaths(deps, images);
  const kept: PreparedImage[] = [];
  const problems: Problem[] = [];
  const back: WithdrawnImage[] = [];
  for (const image of images) {
    const atPath = withdrawn.find(({ here, path }) => here && path === image.path);
    const sameContent = ({ sha256 }: WithdrawnImage) => sha256 !== null && sha256 === image.blob?.sha256;
    const found = atPath ?? (living.has(image.path) ? undefined : withdrawn.find(sameContent));
    if (found && !deps.restore) leaveOut(left, 'images', `${image.path}: ${found.why}`);
    else if (atPath?.purged && atPath.sha256 !== (image.blob?.sha256 ?? null)) {
      const message = 'what was stored under this path was purged and is not this file: give it another path';
      problems.push({ file: image.path, row: image.row, field: 'path', message });
    } else {
      if (atPath) back.push(atPath);
      kept.push(image);
    }
  }
  await deps.client.query(
    'update images set withdrawal_id = null, purge_id = null, file_state = null where id = any($1)',
    [back.map(({ id }) => id)],
  );
  if (deps.restore) return { images: kept, problems, restored: back.length };
  const readings = await withoutWithdrawnReadings(deps, kept, left);
  return { images: readings, problems, restored: 0 };
}

const why = (row: string) =>
  `(select format('withdrawn by %s on %s (%s)', w.actor, w.created_at::date, w.reason) from withdrawals w where w.id = ${row}.withdrawal_id)`;

async function withdrawnImages(
  { client, dataset }: Deps,
  images: readonly PreparedImage[],
): Promise<WithdrawnImage[]> {
  const { rows } = await client.query<WithdrawnImage>(
    `select i.id, i.path, i.sha256, i.dataset_id = $1 as here, i.purge_id is not null as purged, ${why('i')} as why
     from images i left join blobs b on b.sha256 = i.sha256 where i.withdrawal_id is not null and
       ((i.dataset_id = $1 and i.path = any($2)) or
        (i.sha256 = any($3) and (i.dataset_id = $1 or (i.purge_id is not null and b.purge_id is not null))))`,
    [dataset.id, images.map(({ path }) => path), images.flatMap(({ blob }) => blob?.sha256 ?? [])],
  );
  return rows;
}

async function livingPaths(
  { client, dataset }: Deps,
  images: readonly PreparedImage[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ path: string }>(
    'select path from images where dataset_id = $1 and path = any($2) and withdrawal_id is null',
    [dataset.id, images.map(({ path }) => path)],
  );
  return new Set(rows.map(({ path }) => path));
}

interface WithdrawnReading {
  readonly path: string;
  readonly sha256: string;
  readonly area: number;
  readonly purged: boolean;
  readonly rater: string;
  readonly structure: string;
  readonly why: string;
}

/** Masks and diagnoses that say again what was withdrawn and not replaced since. A new mask, or another diagnosis, counts. */
async function withoutWithdrawnReadings(
  deps: Deps,
  images: readonly PreparedImage[],
  left: LeftWithdrawn,
): Promise<PreparedImage[]> {
  const masks = await withdrawnReadings(deps, images);
  const diagnoses = await withdrawnDiagnoses(deps, images);
  if (masks.length + diagnoses.length === 0) return [...images];
  const { raterIds, structureIds } = deps.dataset;
  return Promise.all(
    images.map(async (image): Promise<PreparedImage> => {
      const annotations: PreparedAnnotation[] = [];
      for (const mask of image.annotations) {
        const before = masks.find(
          ({ path, rater, structure }) =>
            path === image.path &&
            rater === raterIds[mask.rater] &&
            structure === structureIds[mask.structure],
        );
        if (before && (await isSame(deps.blobs, before, mask)))
          leaveOut(left, 'annotations', `${image.path}, a mask: ${before.why}`);
        else annotations.push(mask);
      }
      const stay = diagnoses.filter(
        ({ path, source, value }) => path === image.path && image.diagnoses[source] === value,
      );
      for (const { source, why: reason } of stay)
        leaveOut(left, 'diagnoses', `${image.path}, diagnosis '${source}': ${reason}`);
      const given = Object.entries(image.diagnoses).filter(
        ([key]) => !stay.some(({ source }) => source === key),
      );
      const whole = annotations.length === image.annotations.length && stay.length === 0;
      // What was left out is told again by the next import: the row must be looked at again.
      const state = whole ? image.state : null;
      return { ...image, annotations, diagnoses: Object.fromEntries(given), state };
    }),
  );
}

async function withdrawnReadings(
  { client, dataset }: Deps,
  images: readonly PreparedImage[],
): Promise<WithdrawnReading[]> {
  const { rows } = await client.query<WithdrawnReading>(
    `select distinct on (a.image_id, a.rater_id, a.structure_id) i.path, a.sha256, a.area,
       a.purge_id is not null as purged, a.rater_id as rater, a.structure_id as structure, ${why('a')} as why
     from annotations a join images i on i.id = a.image_id
     where a.withdrawal_id is not null and i.dataset_id = $1 and i.path = any($2) and not exists
       (select from annotations c where c.current and (c.image_id, c.rater_id, c.structure_id) = (a.image_id, a.rater_id, a.structure_id))
     order by a.image_id, a.rater_id, a.structure_id, a.version desc`,
    [dataset.id, images.map(({ path }) => path)],
  );
  return rows;
}

async function withdrawnDiagnoses(
  { client, dataset }: Deps,
  images: readonly PreparedImage[],
): Promise<{ path: string; source: string; value: number; why: string }[]> {
  const { rows } = await client.query<{ path: string; source: string; value: number; why: string }>(
    `select distinct on (d.image_id, d.source) i.path, d.source, d.value, ${why('d')} as why
     from diagnoses d join images i on i.id = d.image_id
     where d.withdrawal_id is not null and i.dataset_id = $1 and i.path = any($2) and not exists
       (select from diagnoses c where c.current and (c.image_id, c.source) = (d.image_id, d.source))
     order by d.image_id, d.source, d.version desc`,
    [dataset.id, images.map(({ path }) => path)],
  );
  return rows;
}

/** Of a purged mask only hash and area are left: an equal area is taken for the same. */
async function isSame(
  blobs: Pick<BlobStore, 'get'>,
  before: WithdrawnReading,
  mask: PreparedAnnotation,
): Promise<boolean> {
  if (before.sha256 === mask.blob.sha256) return true;
  if (before.area !== mask.area) return false;
  return before.purged || sameMask(blobs, before.sha256, mask.blob.sha256);
}

export interface Withdrawing {
  readonly actor: string;
  readonly reason: string;
}

/** The act itself: rows that are taken back point to it. */
export async function insertWithdrawal(client: Queryable, { actor, reason }: Withdrawing): Promise<string> {
  const id = newId();
  await client.query('insert into withdrawals (id, actor, reason) values ($1, $2, $3)', [id, actor, reason]);
  return id;
}
