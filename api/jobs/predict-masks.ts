import { predictMasks } from '../../ml/training/predict.ts';
import { assertOwner } from '../runs/run-state.ts';
import { openStoreSource, type StoreSourceOptions } from '../storage/store-source.ts';
import type { JobInput } from './job.ts';
import { loadSegmentationNetwork } from './networks.ts';
import { storePlanes } from './planes.ts';
import { subsetSource } from '../../ml/data/subset-source.ts';

/** Stores the masks that a model predicts for the images, those apart that it has predicted before. */
export async function predictAndStore(
  input: JobInput,
  modelId: string,
  where: StoreSourceOptions,
  onStep: (done: number, total: number) => void,
): Promise<void> {
  const { prisma, blobs, owner, signal } = input;
  const all = await openStoreSource(input, where);
  const left = await notPredicted(input, modelId, all.imageIds);
  if (!left.length) return;
  const source = subsetSource(all, left);
  const built = await loadSegmentationNetwork(input, modelId, all);
  try {
    for await (const batch of predictMasks({ network: built.network, source, signal, onStep })) {
      const rows = await Promise.all(
        batch.map(async ({ id, mask }) => {
          const planes = await storePlanes(blobs, mask, all.frameOf(id), all.structures.length);
          const imageId = all.imageIdOf(id);
          return planes.map((plane, s) => ({ modelId, imageId, structureId: all.structureIds[s], ...plane }));
        }),
      );
      await prisma.$transaction(async (tx) => {
        await assertOwner(tx, owner);
        await tx.predictedMask.createMany({ data: rows.flat(), skipDuplicates: true });
      });
    }
  } finally {
    built.dispose();
  }
}

async function notPredicted(
  { prisma }: JobInput,
  modelId: string,
  imageIds: readonly string[],
): Promise<number[]> {
  const rows = await prisma.predictedMask.findMany({
    where: { modelId, imageId: { in: [...imageIds] } },
    select: { imageId: true },
    distinct: ['imageId'],
  });
  const done = new Set(rows.map(({ imageId }) => imageId));
  return imageIds.flatMap((id, index) => (done.has(id) ? [] : [index]));
}
