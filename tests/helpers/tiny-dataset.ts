import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { PrismaClient } from '../../api/db.ts';
import type { BlobStore } from '../../api/storage/blob-store.ts';
import { encodeBinaryMask } from '../../api/storage/mask-codec.ts';
import { phantoms } from '../../ml/data/index.ts';
import type { Phantom, PhantomCase } from '../../ml/data/phantoms/phantom.ts';

/** The smallest networks that the methods build: a training takes a second or two on any backend. */
export const tinyResnet = { block: 'basic', stem: 4, widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1] } as const;

export interface TinyDataset {
  readonly datasetId: string;
  readonly snapshotId: string;
  /** Where its images and masks come from. */
  readonly phantom: Phantom;
  /** Side of the square images. */
  readonly size: number;
}

const size = 32;

/** A frozen cohort of small fundus phantoms, written straight into the store: 8 train, 4 validation, 12 test. */
export async function tinyDataset(
  prisma: PrismaClient,
  blobs: BlobStore,
  { name = 'tiny', train = 8, validation = 4, test = 12 } = {},
): Promise<TinyDataset> {
  const config = { size, train, validation, test };
  const phantom = phantoms.get('fundus').create({ seed: 1, config });
  const dataset = await prisma.dataset.create({
    data: {
      name,
      diagnosisNames: [...phantom.diagnosisNames],
      structures: {
        create: phantom.structures.map((structure, position) => ({ name: structure, position })),
      },
      raters: {
        create: phantom.raterTruth.map(({ name: rater, informativeness }, position) => ({
          name: rater,
          position,
          informativeness,
        })),
      },
    },
    include: { structures: { orderBy: { position: 'asc' } }, raters: { orderBy: { position: 'asc' } } },
  });
  for (let index = 0; index < phantom.length; index++) {
    const item = phantom.case(index);
    const imageId = await storeImage(prisma, blobs, dataset.id, item);
    await storeMasks(prisma, blobs, imageId, item, dataset);
  }
  return { datasetId: dataset.id, snapshotId: await freezeAll(prisma, dataset.id), phantom, size };
}

async function storeImage(
  prisma: PrismaClient,
  blobs: BlobStore,
  datasetId: string,
  { id, subject, split, image, diagnosis }: PhantomCase,
): Promise<string> {
  const bytes = Uint8Array.from(image, (value) => Math.round(value * 255));
  const png = await sharp(bytes, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
  const sha256 = await blobs.put(png, 'image/png');
  const row = await prisma.image.create({
    data: {
      datasetId,
      path: `${id}.png`,
      subject,
      split,
      sha256,
      width: size,
      height: size,
      diagnoses: { create: { source: 'reference', value: diagnosis } },
    },
  });
  return row.id;
}

async function storeMasks(
  prisma: PrismaClient,
  blobs: BlobStore,
  imageId: string,
  { masks }: PhantomCase,
  { structures, raters }: { structures: { id: string }[]; raters: { id: string }[] },
): Promise<void> {
  const pairs = raters.flatMap((rater, r) => structures.map((structure, s) => ({ rater, r, structure, s })));
  const data = await Promise.all(
    pairs.map(async ({ rater, r, structure, s }) => {
      const mask = masks[r]?.[s];
      if (!mask) throw new Error(`the phantom has no mask of rater ${r}, structure ${s}`);
      const sha256 = await blobs.put(encodeBinaryMask(mask, size, size), 'image/png');
      const area = mask.reduce((sum, value) => sum + value, 0);
      return { imageId, raterId: rater.id, structureId: structure.id, sha256, area };
    }),
  );
  await prisma.annotation.createMany({ data });
}

/** All images of a dataset in a cohort, frozen; answers with the snapshot. */
export async function freezeAll(prisma: PrismaClient, datasetId: string): Promise<string> {
  const images = await prisma.image.findMany({
    where: { datasetId },
    orderBy: { path: 'asc' },
    include: { diagnoses: true, annotations: true },
  });
  const cohort = await prisma.cohort.create({ data: { datasetId, name: 'all' } });
  const hash = createHash('sha256').update(datasetId).digest('hex');
  const snapshot = await prisma.snapshot.create({
    data: { cohortId: cohort.id, hash, imageCount: images.length },
  });
  const snapshotId = snapshot.id;
  await prisma.snapshotImage.createMany({
    data: images.map(({ id: imageId, split, diagnoses }, position) => {
      const { id: diagnosisId, value: label } = diagnoses[0] ?? {};
      return { snapshotId, imageId, position, split, diagnosisId, label };
    }),
  });
  await prisma.snapshotAnnotation.createMany({
    data: images.flatMap(({ annotations }) =>
      annotations.map(({ id }) => ({ snapshotId, annotationId: id })),
    ),
  });
  return snapshotId;
}
