import type { Problem } from '../../../ml/data/readers/problem.ts';
import { canonicalJson } from '../../../ml/canonical-json.ts';
import { conflict } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { registerBlobs, type BlobRow, type BlobStore, type Queryable } from '../../storage/blob-store.ts';
import { decodeImage } from '../../storage/image-codec.ts';
import { decodeBinaryMask } from '../../storage/mask-codec.ts';
import type { PreparedImage } from './prepare-image.ts';
import type { StoredDataset } from './store-dataset.ts';
import { storeDiagnoses } from './store-diagnoses.ts';

export interface Counts {
  imagesAdded: number;
  imagesUpdated: number;
  imagesUnchanged: number;
  annotationsAdded: number;
  /** New versions of annotations that were there. */
  annotationsChanged: number;
  diagnosesAdded: number;
  diagnosesChanged: number;
}

type ReadBlobs = Pick<BlobStore, 'get'>;

interface KnownImage {
  id: string;
  path: string;
  sha256: string | null;
  width: number | null;
  height: number | null;
  facts: string;
}

interface Reading {
  imageId: string;
  raterId: string;
  structureId: string;
  sha256: string;
  area: number;
}

/** Writes one chunk of images with what belongs to them: a fixed number of statements, whatever its length. */
export async function storeImages(
  client: Queryable,
  blobs: ReadBlobs,
  dataset: StoredDataset,
  images: readonly PreparedImage[],
  counts: Counts,
): Promise<Problem[]> {
  const known = await knownImages(client, dataset.id, images);
  const problems: Problem[] = [];
  const ids = new Map<string, string>();
  const [added, updated]: PreparedImage[][] = [[], []];
  for (const image of images) {
    const stored = known.get(image.path);
    const message = stored && (await whyOther(blobs, stored, image));
    if (message) {
      problems.push({ file: image.path, row: image.row, field: 'path', message });
      continue;
    }
    if (!stored) added.push(image);
    else if (stored.facts !== factsOf(image)) updated.push(image);
    else counts.imagesUnchanged++;
    ids.set(image.path, stored?.id ?? newId());
  }
  const stored = images.filter(({ path }) => ids.has(path));
  await requireBytes(blobs, await registerBlobs(client, uniqueBlobs(stored)));
  await insertImages(client, dataset.id, added, ids);
  await updateImages(client, updated, ids);
  counts.imagesAdded += added.length;
  counts.imagesUpdated += updated.length;
  await storeReadings(
    client,
    blobs,
    stored.flatMap((image) => readingsOf(dataset, image, ids.get(image.path)!)),
    counts,
  );
  await storeDiagnoses(client, stored, ids, counts);
  return problems;
}

/** A purge may have deleted them between our looking and now. */
async function requireBytes(blobs: ReadBlobs, revived: readonly string[]): Promise<void> {
  for (const sha256 of revived) {
    await blobs.get(sha256).catch((cause: unknown) => {
      throw conflict(`blob ${sha256} was purged while this import ran: import again`, {
        reason: String(cause),
      });
    });
  }
}

/** Why a row cannot be of the image that is stored under its path; null where it can. One without a picture adds to it. */
async function whyOther(blobs: ReadBlobs, stored: KnownImage, image: PreparedImage): Promise<string | null> {
  const sized = image.width !== null && (image.width !== stored.width || image.height !== stored.height);
  if (!image.blob)
    return sized
      ? `is ${image.width}×${image.height}, the image stored under this path ${stored.width === null ? 'has no size' : `${stored.width}×${stored.height}`}`
      : null;
  if (!stored.sha256)
    return 'was imported without a picture: give the image with its picture another path, or another dataset';
  if (stored.sha256 === image.blob.sha256 || (await samePixels(blobs, stored.sha256, image.blob.sha256)))
    return null;
  return 'its pixels are not those stored under this path: give the new image another path';
}

function uniqueBlobs(images: readonly PreparedImage[]): BlobRow[] {
  const all = images.flatMap((image) => [
    ...(image.blob ? [image.blob] : []),
    ...image.annotations.map(({ blob }) => blob),
  ]);
  return [...new Map(all.map((blob) => [blob.sha256, blob])).values()];
}

async function knownImages(
  client: Queryable,
  datasetId: string,
  images: readonly PreparedImage[],
): Promise<Map<string, KnownImage>> {
  const { rows } = await client.query<KnownImage>(
    `select id, path, sha256, width, height, jsonb_build_object('subject', subject, 'split', split, 'metadata', metadata,
       'spacing', case when spacing_y is not null then jsonb_build_object('y', spacing_y, 'x', spacing_x) end)::text as facts
     from images where dataset_id = $1 and path = any($2)`,
    [datasetId, images.map(({ path }) => path)],
  );
  // PostgreSQL orders the keys of its JSON in its own way: both sides go through the same order.
  return new Map(rows.map((row) => [row.path, { ...row, facts: canonicalJson(JSON.parse(row.facts)) }]));
}

function factsOf({ subject, split, spacing, metadata }: PreparedImage): string {
  return canonicalJson({ subject, split, spacing, metadata });
}

async function insertImages(
  client: Queryable,
  datasetId: string,
  images: PreparedImage[],
  ids: Map<string, string>,
): Promise<void> {
  if (images.length === 0) return;
  await client.query(
    `insert into images (id, dataset_id, path, subject, split, sha256, width, height, spacing_y, spacing_x, metadata)
     select id, $1, path, subject, split::split, sha256, width, height, spacing_y, spacing_x, metadata from unnest
       ($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[], $9::float8[], $10::float8[], $11::jsonb[])
       as row (id, path, subject, split, sha256, width, height, spacing_y, spacing_x, metadata)`,
    [
      datasetId,
      images.map(({ path }) => ids.get(path)),
      images.map(({ path }) => path),
      images.map(({ subject }) => subject),
      images.map(({ split }) => split),
      images.map(({ blob }) => blob?.sha256 ?? null),
      images.map(({ width }) => width),
      images.map(({ height }) => height),
      images.map(({ spacing }) => spacing?.y ?? null),
      images.map(({ spacing }) => spacing?.x ?? null),
      images.map(({ metadata }) => JSON.stringify(metadata)),
    ],
  );
}

async function updateImages(
  client: Queryable,
  images: PreparedImage[],
  ids: Map<string, string>,
): Promise<void> {
  if (images.length === 0) return;
  await client.query(
    `update images i set subject = row.subject, split = row.split::split, spacing_y = row.spacing_y,
       spacing_x = row.spacing_x, metadata = row.metadata
     from unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::jsonb[])
       as row (id, subject, split, spacing_y, spacing_x, metadata)
     where i.id = row.id`,
    [
      images.map(({ path }) => ids.get(path)),
      images.map(({ subject }) => subject),
      images.map(({ split }) => split),
      images.map(({ spacing }) => spacing?.y ?? null),
      images.map(({ spacing }) => spacing?.x ?? null),
      images.map(({ metadata }) => JSON.stringify(metadata)),
    ],
  );
}

function readingsOf(dataset: StoredDataset, image: PreparedImage, imageId: string): Reading[] {
  return image.annotations.map(({ rater, structure, blob, area }) => ({
    imageId,
    raterId: dataset.raterIds[rater],
    structureId: dataset.structureIds[structure],
    sha256: blob.sha256,
    area,
  }));
}

interface Newest {
  position: number;
  id: string;
  /** The largest version number that there is. */
  latest: number;
  sha256: string;
  current: boolean;
}

/** New readings; those that say something new become the next version, those that say the same change nothing. */
async function storeReadings(
  client: Queryable,
  blobs: ReadBlobs,
  readings: Reading[],
  counts: Counts,
): Promise<void> {
  if (readings.length === 0) return;
  const newest = await client.query<Newest>(
    `select row.position::int - 1 as position, a.id, a.latest, a.sha256, a.current
     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality as row (image_id, rater_id, structure_id, position)
     join lateral (select *, max(version) over () as latest from annotations a where (a.image_id, a.rater_id, a.structure_id)
       = (row.image_id, row.rater_id, row.structure_id) order by a.current desc, a.version desc limit 1) a on true`,
    [readings.map((r) => r.imageId), readings.map((r) => r.raterId), readings.map((r) => r.structureId)],
  );
  const known = new Map(newest.rows.map((row) => [row.position, row]));
  const [written, versions, retired]: [Reading[], number[], string[]] = [[], [], []];
  for (const [position, reading] of readings.entries()) {
    const before = known.get(position);
    if (before?.current && (await sameMask(blobs, before.sha256, reading.sha256))) continue;
    if (before?.current) retired.push(before.id);
    written.push(reading);
    versions.push((before?.latest ?? 0) + 1);
  }
  await client.query('update annotations set current = false where id = any($1)', [retired]);
  await client.query(
    `insert into annotations (id, image_id, rater_id, structure_id, version, sha256, area)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::int[])`,
    [
      written.map(() => newId()),
      written.map((r) => r.imageId),
      written.map((r) => r.raterId),
      written.map((r) => r.structureId),
      versions,
      written.map((r) => r.sha256),
      written.map((r) => r.area),
    ],
  );
  counts.annotationsAdded += written.length - retired.length;
  counts.annotationsChanged += retired.length;
}

/** Equal bytes, or equal pixels: another release of a compressor writes the same mask in other bytes. */
export async function sameMask(blobs: ReadBlobs, a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [left, right] = (await Promise.all([blobs.get(a), blobs.get(b)])).map(decodeBinaryMask);
  return left.width === right.width && Buffer.from(left.mask).equals(right.mask);
}

async function samePixels(blobs: ReadBlobs, a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([a, b].map(async (sha256) => decodeImage(await blobs.get(sha256))));
  if (left.width !== right.width || left.height !== right.height) return false;
  return left.rgb.every((value, index) => value === right.rgb[index]);
}
