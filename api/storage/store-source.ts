import { LRUCache } from 'lru-cache';
import { imagesOfFold, type Fold } from '../../ml/data/fold.ts';
import type { Sample, SampleSource } from '../../ml/data/sample.ts';
import type { Split } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { notFound, notReady } from '../errors.ts';
import { knownOf } from './known-images.ts';
import type { BlobStore } from './blob-store.ts';
import { decodeImage } from './image-codec.ts';
import { decodeBinaryMask, decodeSoftMask } from './mask-codec.ts';
import { averageMask, resizeMask } from './resize-mask.ts';

export interface StoreSourceOptions {
  readonly snapshotId: string;
  /** Side in pixels of the square that images and masks are brought to; the store keeps them as they came. */
  readonly size: number;
  /** All splits where it is left out. */
  readonly split?: Split | readonly Split[];
  /** Only this part of those images, of whole subjects. */
  readonly fold?: Fold | null;
  /** Samples carry this fusion's masks as `fused` … */
  readonly fusionId?: string;
  /** … or those that this segmentation model predicted. */
  readonly predictedBy?: string;
}

export interface StoreSource extends SampleSource {
  /** The images' ids in the store; `ids` are their paths, which are the same after every import. */
  readonly imageIds: readonly string[];
  /** The id in the store of the image that samples name so. @throws RangeError for any other name. */
  readonly imageIdOf: (name: string) => string;
}

interface StoreDeps {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
}

/** Decoded samples kept for the next epoch: small sets stay in memory, large ones are read anew; a fixed bound. */
const cacheBytes = 256 * 1024 * 1024;

/** The images of a frozen cohort, read a batch at a time. */
export async function openStoreSource(deps: StoreDeps, options: StoreSourceOptions): Promise<StoreSource> {
  const { snapshotId, size, split, fold } = options;
  const { raters, structures } = await datasetOf(deps.prisma, snapshotId);
  const all = await deps.prisma.snapshotImage.findMany({
    where: { snapshotId, split: split === undefined ? undefined : { in: [split].flat() } },
    orderBy: { position: 'asc' },
    select: {
      imageId: true,
      image: { select: { path: true, subject: true } },
      diagnosis: { select: { value: true } },
    },
  });
  const known = knownOf(all);
  const inFold = fold && imagesOfFold(known, fold);
  const rows = inFold ? inFold.map((index) => all[index]) : all;
  const { ids, subjects, diagnoses } = inFold ? knownOf(rows) : known;
  const imageIds = rows.map(({ imageId }) => imageId);
  const idsByName = new Map(rows.map(({ image, imageId }) => [image.path, imageId]));
  const cache = new LRUCache<number, Sample>({ maxSize: cacheBytes, sizeCalculation: bytesOf });
  const shape = { size, raters: raters.map(({ id }) => id), structures: structures.map(({ id }) => id) };

  async function load(indices: readonly number[]): Promise<Map<number, Sample>> {
    const imagesWanted = indices.map((index) => at(imageIds, index));
    const stored = indices.length
      ? await storedImages(deps.prisma, options, imagesWanted)
      : new Map<string, StoredImage>();
    const samples = indices.map(async (index): Promise<[number, Sample]> => {
      const row = stored.get(at(imageIds, index));
      if (!row) throw notFound('image', at(imageIds, index));
      const sample = await decode(deps.blobs, row, shape, options);
      return [index, { ...sample, id: at(ids, index), diagnosis: diagnoses[index] ?? null }];
    });
    return new Map(await Promise.all(samples));
  }

  return {
    height: size,
    width: size,
    raters: raters.map(({ name }) => name),
    structures: structures.map(({ name }) => name),
    ids,
    subjects,
    imageIds,
    imageIdOf(name) {
      const id = idsByName.get(name);
      if (id === undefined) throw new RangeError(`no image '${name}': the source has ${ids.length} others`);
      return id;
    },
    diagnoses,
    async read(indices) {
      const known = new Map(indices.map((index) => [index, cache.get(index)]));
      const loaded = await load([...known.keys()].filter((index) => !known.get(index)));
      for (const [index, sample] of loaded) cache.set(index, sample);
      return indices.map((index) => known.get(index) ?? (loaded.get(index) as Sample));
    },
  };
}

async function datasetOf(prisma: PrismaClient, snapshotId: string) {
  const inOrder = { orderBy: { position: 'asc' }, select: { id: true, name: true } } as const;
  const snapshot = await prisma.snapshot.findUnique({
    where: { id: snapshotId },
    select: { cohort: { select: { dataset: { select: { raters: inOrder, structures: inOrder } } } } },
  });
  if (!snapshot) throw notFound('snapshot', snapshotId);
  return snapshot.cohort.dataset;
}

interface StoredImage {
  readonly id: string;
  readonly sha256: string;
  readonly masks: readonly { readonly rater: string; readonly structure: string; readonly sha256: string }[];
  readonly soft: readonly { readonly structure: string; readonly sha256: string }[];
}

/** One statement a batch: the images, their frozen annotations and the soft masks that are asked for. */
async function storedImages(
  prisma: PrismaClient,
  { snapshotId, fusionId, predictedBy }: StoreSourceOptions,
  imageIds: readonly string[],
): Promise<Map<string, StoredImage>> {
  const rows = await prisma.$queryRaw<StoredImage[]>`
    select i.id::text, i.sha256,
      coalesce((select json_agg(json_build_object('rater', a.rater_id, 'structure', a.structure_id, 'sha256', a.sha256))
        from annotations a join snapshot_annotations s on s.annotation_id = a.id
        where a.image_id = i.id and s.snapshot_id = ${snapshotId}::uuid), '[]') as masks,
      coalesce((select json_agg(json_build_object('structure', m.structure_id, 'sha256', m.sha256)) from (
        select structure_id, sha256 from fused_masks where image_id = i.id and fusion_id = ${fusionId ?? null}::uuid
        union all
        select structure_id, sha256 from predicted_masks where image_id = i.id and model_id = ${predictedBy ?? null}::uuid
      ) m), '[]') as soft
    from images i where i.id = any(${imageIds}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

interface Shape {
  readonly size: number;
  /** Ids, in the dataset's order. */
  readonly raters: readonly string[];
  readonly structures: readonly string[];
}

async function decode(
  blobs: BlobStore,
  row: StoredImage,
  shape: Shape,
  options: StoreSourceOptions,
): Promise<Omit<Sample, 'id' | 'diagnosis'>> {
  const { size } = shape;
  const [{ rgb: image }, masks, fused] = await Promise.all([
    blobs.get(row.sha256).then((bytes) => decodeImage(bytes, { width: size, height: size })),
    decodeRaters(blobs, row, shape),
    options.fusionId || options.predictedBy ? decodeSoft(blobs, row, shape) : undefined,
  ]);
  return { image, ...masks, fused };
}

/** Interleaves the raters' masks: [h, w, n, C], and says which there are: [n, C]. */
async function decodeRaters(blobs: BlobStore, { masks }: StoredImage, { size, raters, structures }: Shape) {
  const [pixels, channels] = [size * size, raters.length * structures.length];
  const raterMasks = new Uint8Array(pixels * channels);
  const annotated = new Uint8Array(channels);
  await Promise.all(
    masks.map(async ({ rater, structure, sha256 }) => {
      const channel = raters.indexOf(rater) * structures.length + structures.indexOf(structure);
      const { mask, width, height } = decodeBinaryMask(await blobs.get(sha256));
      const resized = resizeMask(mask, { width, height }, { width: size, height: size });
      annotated[channel] = 1;
      for (let pixel = 0; pixel < pixels; pixel++)
        raterMasks[pixel * channels + channel] = resized[pixel] ?? 0;
    }),
  );
  return { raterMasks, annotated };
}

/** [h, w, C] */
async function decodeSoft(blobs: BlobStore, { id, soft }: StoredImage, { size, structures }: Shape) {
  const channels = structures.length;
  if (soft.length !== channels) {
    throw notReady(
      `image ${id} has ${soft.length} of ${channels} soft masks: its fusion or prediction is not complete`,
    );
  }
  const fused = new Float32Array(size * size * channels);
  await Promise.all(
    soft.map(async ({ structure, sha256 }) => {
      const channel = structures.indexOf(structure);
      const { mask, width, height } = await decodeSoftMask(await blobs.get(sha256));
      const same = width === size && height === size;
      const resized = same ? mask : averageMask(mask, { width, height }, { width: size, height: size });
      for (let pixel = 0; pixel < resized.length; pixel++)
        fused[pixel * channels + channel] = resized[pixel] ?? 0;
    }),
  );
  return fused;
}

function bytesOf({ image, raterMasks, fused }: Sample): number {
  return image.byteLength + raterMasks.byteLength + (fused?.byteLength ?? 0) + 1;
}

function at(values: readonly string[], index: number): string {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no sample ${index}: the source has ${values.length}`);
  return value;
}
