import type { ImageNumber } from '../../ml/metrics/agreement/rater-agreement.ts';
import { assertOwner } from '../runs/run-state.ts';
import type { AgreementPlace } from './agreement-maps.ts';
import type { JobInput } from './job.ts';

/** Stores the numbers of one image and structure, in place of those that an attempt before has left. */
export async function storeImageAgreements(
  { prisma, owner }: JobInput,
  place: AgreementPlace,
  numbers: readonly ImageNumber[],
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    await tx.imageAgreement.deleteMany({ where: place });
    await tx.imageAgreement.createMany({
      data: numbers.map(({ rater: raterId, otherRater: otherRaterId, ...number }) => {
        return { ...place, raterId, otherRaterId, ...number };
      }),
    });
  });
}
