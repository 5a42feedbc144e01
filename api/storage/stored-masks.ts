import { isEmpty, packMask, type BitMask } from '../../ml/data/bit-mask.ts';
import { imagesOfFold, type Fold } from '../../ml/data/fold.ts';
import { frameOf, type Size } from '../../ml/data/frame.ts';
import type { ImageMasks } from '../../ml/data/image-masks.ts';
import type { Split } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { notFound } from '../errors.ts';
import type { BlobStore } from './blob-store.ts';
import { imageSize } from './image-size.ts';
import { decodeBitMask } from './mask-codec.ts';
import { knownOf } from './known-images.ts';
import { resizeBits } from './resize-mask.ts';

export interface MasksOptions {
  readonly snapshotId: string;
  /** Side of the square into which images are fitted: masks have the size of the image's part of it. Null: their own. */
  readonly size: number | null;
  /** All splits where it is left out. */
  readonly split?: Split | readonly Split[];
  /** Only this part of those images, of whole subjects. */
  readonly fold?: Fold | null;
}

export interface StoredImage {
  readonly id: string;
  /** Its name in the dataset. */
  readonly path: string;
  /** Whom it shows. */
  readonly subject: string;
  /** In pixels; null where only diagnoses are known. */
  readonly width: number | null;
  readonly height: number | null;
  /** Height and width of a pixel in millimetres; null: unknown. */
  readonly spacing: readonly [number, number] | null;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The raters' masks of a frozen cohort, read image by image; no picture is opened. */
export interface StoredMasks {
  readonly raters: readonly Named[];
  readonly structures: readonly Named[];
  readonly images: readonly StoredImage[];
  read(image: StoredImage): Promise<ReadMasks>;
  /** Of one structure, by id of the rater in their order, each as it is stored; who did not annotate it has no entry. */
  masksOf(image: StoredImage, structureId: string): Promise<ReadonlyMap<string, BitMask>>;
}

export interface ReadMasks extends ImageMasks {
  /** Whether the rater's mask has pixels in the file, none of which is left at this size: [n][C]. */
  readonly vanished: readonly (readonly boolean[])[];
}

interface Deps {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
}

export async function openMasks(deps: Deps, options: MasksOptions): Promise<StoredMasks> {
  const { snapshotId, size, split, fold } = options;
  const { raters, structures } = await namesOf(deps.prisma, snapshotId);
  const rows = await deps.prisma.snapshotImage.findMany({
    where: { snapshotId, split: split === undefined ? undefined : { in: [split].flat() } },
    orderBy: { position: 'asc' },
    select: { image: true, label: true },
  });
  const chosen = fold ? imagesOfFold(knownOf(rows), fold).map((index) => rows[index]) : rows;
  const images = chosen.map(({ image }): StoredImage => {
    const { id, path, subject, width, height, spacingY, spacingX } = image;
    const spacing = spacingY === null || spacingX === null ? null : ([spacingY, spacingX] as const);
    return { id, path, subject, width, height, spacing };
  });
  return {
    raters,
    structures,
    images,
    async read(image) {
      const to = sizeIn(imageSize(image), size);
      const read = await readAll(deps, snapshotId, image, to);
      const at = (rater: Named, structure: Named) => read.get(`${rater.id} ${structure.id}`);
      return {
        id: image.path,
        width: to.width,
        height: to.height,
        raters: raters.map(({ name }) => name),
        structures: structures.map(({ name }) => name),
        masks: raters.map((rater) => structures.map((structure) => at(rater, structure)?.mask ?? null)),
        vanished: raters.map((rater) =>
          structures.map((structure) => at(rater, structure)?.vanished ?? false),
        ),
      };
    },
    async masksOf({ id: imageId }, structureId) {
      const annotations = await deps.prisma.annotation.findMany({
        where: { imageId, structureId, snapshots: { some: { snapshotId } } },
        orderBy: { rater: { position: 'asc' } },
        select: { raterId: true, sha256: true },
      });
      const masks = new Map<string, BitMask>();
      for (const { raterId, sha256 } of annotations)
        masks.set(raterId, decodeBitMask(await deps.blobs.get(sha256)));
      return masks;
    },
  };
}

/** The size of an image's masks where networks work at squares of this side; null: its own size. */
function sizeIn(image: Size, size: number | null): Size {
  return size === null ? image : frameOf(image, size);
}

export async function namesOf(
  prisma: PrismaClient,
  snapshotId: string,
): Promise<{ raters: Named[]; structures: Named[] }> {
  const inOrder = { orderBy: { position: 'asc' }, select: { id: true, name: true } } as const;
  const snapshot = await prisma.snapshot.findUnique({
    where: { id: snapshotId },
    select: { cohort: { select: { dataset: { select: { raters: inOrder, structures: inOrder } } } } },
  });
  if (!snapshot) throw notFound('snapshot', snapshotId);
  return snapshot.cohort.dataset;
}

async function readAll(
  { prisma, blobs }: Deps,
  snapshotId: string,
  image: StoredImage,
  to: Size,
): Promise<Map<string, { mask: BitMask; vanished: boolean }>> {
  const annotations = await prisma.annotation.findMany({
    where: { imageId: image.id, snapshots: { some: { snapshotId } } },
    select: { raterId: true, structureId: true, sha256: true },
  });
  const read = annotations.map(async ({ raterId, structureId, sha256 }) => {
    const own = decodeBitMask(await blobs.get(sha256));
    const same = own.width === to.width && own.height === to.height;
    const mask = same ? own : packMask(resizeBits(own, to), to.width, to.height);
    const vanished = !same && isEmpty(mask) && !isEmpty(own);
    return [`${raterId} ${structureId}`, { mask, vanished }] as const;
  });
  return new Map(await Promise.all(read));
}
