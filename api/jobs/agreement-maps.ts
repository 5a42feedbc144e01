import { voteMaps } from '../../ml/metrics/agreement/vote-maps.ts';
import type { Agreement, Prisma } from '../../prisma/client/client.ts';
import { assertOwner } from '../runs/run-state.ts';
import { encodeSoftMask, MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';
import type { AnnotatedImage } from './annotated-images.ts';
import type { JobInput } from './job.ts';

/** Stores where the annotators of an image agree, by structure; nothing where fewer than two annotated it. */
export async function storeAgreementMaps(
  { prisma, blobs, owner }: JobInput,
  { id: agreementId }: Agreement,
  { id: imageId, width, height, masks }: AnnotatedImage,
): Promise<void> {
  const data: Prisma.AgreementMapCreateManyInput[] = [];
  for (const [structureId, byRater] of masks) {
    if (byRater.size < 2) continue;
    const maps = voteMaps([...byRater.values()]);
    for (const kind of ['agreement', 'entropy'] as const) {
      const sha256 = await blobs.put(await encodeSoftMask(maps[kind], width, height), MASK_MEDIA_TYPE);
      data.push({ agreementId, imageId, structureId, kind, sha256 });
    }
  }
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    await tx.agreementMap.createMany({ data, skipDuplicates: true });
  });
}
