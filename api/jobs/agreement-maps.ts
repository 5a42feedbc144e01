import type { BitMask } from '../../ml/data/bit-mask.ts';
import { voteMaps } from '../../ml/metrics/agreement/vote-maps.ts';
import type { AgreementMapKind, Prisma } from '../../prisma/client/client.ts';
import { assertOwner } from '../runs/run-state.ts';
import { MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';
import { encodeSoftRows } from '../storage/soft-png.ts';
import type { JobInput } from './job.ts';

/** What a number or a map of an agreement is about. */
export interface AgreementPlace {
  readonly agreementId: string;
  readonly imageId: string;
  readonly structureId: string;
}

/** Stores where the annotators of an image agree on a structure; nothing where fewer than two annotated it. */
export async function storeAgreementMaps(
  { prisma, blobs, owner }: JobInput,
  place: AgreementPlace,
  masks: readonly BitMask[],
): Promise<void> {
  if (masks.length < 2) return;
  const [{ width, height }] = masks;
  const { agreement, entropy } = voteMaps(masks);
  const data: Prisma.AgreementMapCreateManyInput[] = [];
  const store = async (
    kind: AgreementMapKind,
    map: Pick<Parameters<typeof encodeSoftRows>[0], 'rows' | 'parts'>,
  ) => {
    const sha256 = await blobs.put(await encodeSoftRows({ width, height, ...map }), MASK_MEDIA_TYPE);
    data.push({ ...place, kind, sha256 });
  };
  await store('agreement', { rows: agreement, parts: masks.length });
  await store('entropy', { rows: entropy });
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    await tx.agreementMap.createMany({ data, skipDuplicates: true });
  });
}
