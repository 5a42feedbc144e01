import { LRUCache } from 'lru-cache';
import { imagesOfFold, type Fold } from '../../ml/data/fold.ts';
import type { Sample, SampleSource } from '../../ml/data/sample.ts';
import type { Split } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { notFound, notReady } from '../errors.ts';
import { knownOf } from './known-images.ts';
import { namesOf } from './stored-masks.ts';
import type { BlobStore } from './blob-store.ts';
import { decodeImage } from './image-codec.ts';
import { imageSize } from './image-size.ts';
import { isEmpty } from '../../ml/data/bit-mask.ts';
import { frameOf, placeInFrame, type Frame } from '../../ml/data/frame.ts';
import { decodeBitMask, decodeSoftMask } from './mask-codec.ts';
import { averageMask, resizeBits } from './resize-mask.ts';

export interface StoreSourceOptions {
  readonly snapshotId: string;
  /** Side in pixels of the square into which images and masks are fitted; the store keeps them as they came. */
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
  /** Ids of its raters and structures in the store. */
  readonly raterIds: readonly string[];
  readonly structureIds: readonly string[];
  /** How the image that samples name so lies in their square. */
  readonly frameOf: (name: string) => Frame;
  /** Raters' masks of an image, read before, that have pixels in the file and none at this size. */
  readonly vanishedIn: (name: string) => number;
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
  const { raters, structures } = await namesOf(deps.prisma, snapshotId);
  const all = await deps.prisma.snapshotImage.findMany({
    where: { snapshotId, split: split === undefined ? undefined : { in: [split].flat() } },
    orderBy: { position: 'asc' },
    select: {
      imageId: true,
      image: { select: { path: true, subject: true, width: true, height: true } },
      label: true,
    },
  });
  const known = knownOf(all);
  const inFold = fold && imagesOfFold(known, fold);
  const rows = inFold ? inFold.map((index) => all[index]) : all;
  const { ids, subjects, diagnoses } = inFold ? knownOf(rows) : known;
  const imageIds = rows.map(({ imageId }) => imageId);
  const byName = new Map(rows.map((row) => [row.image.path, row]));
  const named = (name: string) => {
    const row = byName.get(name);
    if (!row) throw new RangeError(`no image '${name}': the source has ${ids.length} others`);
    return row;
  };
  const vanished = new Map<string, number>();
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
      vanished.set(at(ids, index), sample.vanished?.reduce((sum, one) => sum + one, 0) ?? 0);
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
    imageIdOf: (name) => named(name).imageId,
    raterIds: shape.raters,
    structureIds: shape.structures,
    frameOf: (name) => frameOf(imageSize(named(name).image), size),
    vanishedIn: (name) => vanished.get(name) ?? 0,
    diagnoses,
    async read(indices) {
      const known = new Map(indices.map((index) => [index, cache.get(index)]));
      const loaded = await load([...known.keys()].filter((index) => !known.get(index)));
      for (const [index, sample] of loaded) cache.set(index, sample);
      return indices.map((index) => known.get(index) ?? (loaded.get(index) as Sample));
    },
  };
}

interface StoredImage {
  readonly id: string;
  /** null: it has no picture. */
  readonly sha256: string | null;
  readonly width: number;
  readonly height: number;
  /** Of a pixel, in millimetres; null: unknown. */
  readonly spacingY: number | null;
  readonly spacingX: number | null;
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
    select i.id::text, i.sha256, i.width, i.height, i.spacing_y as "spacingY", i.spacing_x as "spacingX",
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
  const frame = frameOf(row, shape.size);
  const [image, masks, fused] = await Promise.all([
    row.sha256 === null ? noPicture : blobs.get(row.sha256).then((bytes) => decodePicture(bytes, frame)),
    decodeRaters(blobs, row, shape, frame),
    options.fusionId || options.predictedBy ? decodeSoft(blobs, row, shape, frame) : undefined,
  ]);
  return { image, ...masks, fused, pixelSize: pixelSizeOf(row, frame) };
}

/** Services refuse what would read the picture of an image that has none. */
const noPicture = new Float32Array(0);

/** RGB: [side, side, 3]. */
async function decodePicture(bytes: Buffer, frame: Frame): Promise<Float32Array> {
  const { rgb } = await decodeImage(bytes, frame);
  const { side, width, height } = frame;
  if (width === side && height === side) return rgb;
  const square = new Float32Array(side * side * 3);
  placeInFrame(rgb, frame, { square, stride: 3 });
  return square;
}

/** Interleaves the raters' masks: [side, side, n, C], and says which there are: [n, C]. */
async function decodeRaters(
  blobs: BlobStore,
  { masks }: StoredImage,
  { raters, structures }: Shape,
  frame: Frame,
) {
  const channels = raters.length * structures.length;
  const raterMasks = new Uint8Array(frame.side ** 2 * channels);
  const [annotated, vanished] = [new Uint8Array(channels), new Uint8Array(channels)];
  await Promise.all(
    masks.map(async ({ rater, structure, sha256 }) => {
      const channel = raters.indexOf(rater) * structures.length + structures.indexOf(structure);
      const mask = decodeBitMask(await blobs.get(sha256));
      const scaled = resizeBits(mask, frame);
      annotated[channel] = 1;
      vanished[channel] = scaled.includes(1) || isEmpty(mask) ? 0 : 1;
      placeInFrame(scaled, frame, { square: raterMasks, stride: channels, first: channel });
    }),
  );
  return { raterMasks, annotated, vanished };
}

/** [side, side, C] */
async function decodeSoft(
  blobs: BlobStore,
  { id, soft }: StoredImage,
  { structures }: Shape,
  frame: Frame,
): Promise<Float32Array> {
  const channels = structures.length;
  if (soft.length !== channels) {
    throw notReady(
      `image ${id} has ${soft.length} of ${channels} soft masks: its fusion or prediction is not complete`,
    );
  }
  const fused = new Float32Array(frame.side ** 2 * channels);
  await Promise.all(
    soft.map(async ({ structure, sha256 }) => {
      const { mask, width, height } = await decodeSoftMask(await blobs.get(sha256));
      const same = width === frame.width && height === frame.height;
      const scaled = same ? mask : averageMask(mask, { width, height }, frame);
      placeInFrame(scaled, frame, {
        square: fused,
        stride: channels,
        first: structures.indexOf(structure),
      });
    }),
  );
  return fused;
}

/** Height and width of a pixel of the frame: in mm where the image's spacing is known, else in pixels of the image. */
function pixelSizeOf(
  { width, height, spacingY, spacingX }: Omit<StoredImage, 'masks' | 'soft'>,
  frame: Frame,
): readonly [number, number] {
  return [((spacingY ?? 1) * height) / frame.height, ((spacingX ?? 1) * width) / frame.width];
}

function bytesOf({ image, raterMasks, fused }: Sample): number {
  return image.byteLength + raterMasks.byteLength + (fused?.byteLength ?? 0) + 1;
}

function at(values: readonly string[], index: number): string {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no sample ${index}: the source has ${values.length}`);
  return value;
}
