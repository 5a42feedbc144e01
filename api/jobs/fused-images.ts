import type { ImageFigures } from '../../ml/fusion/fused-image.ts';
import type { Fusion, Prisma } from '../../prisma/client/client.ts';
import { assertOwner } from '../runs/run-state.ts';
import type { JobInput } from './job.ts';
import type { StoredPlane } from './planes.ts';

/** A fused image whose pictures are in blob storage; its rows are still to be written. */
export interface FusedImage {
  readonly imageId: string;
  readonly figures: ImageFigures;
  readonly masks: readonly StoredPlane[]; // [C]
  /** Expertness by rater, [n]; empty where the method has none. */
  readonly maps: readonly StoredPlane[];
  readonly spectralEnergy: number | null;
  /** Raters' masks that have lost all their pixels on the way to the size at which they were fused. */
  readonly vanishedMasks: number;
}

/** Ids, in the dataset's order. */
interface Ids {
  readonly raters: readonly string[];
  readonly structures: readonly string[];
}

/** Writes the rows of a batch of images in one transaction. */
export async function storeFusedImages(
  { prisma, owner }: JobInput,
  { id: fusionId }: Fusion,
  ids: Ids,
  images: readonly FusedImage[],
): Promise<void> {
  const rows = images.map((image) => rowsOf(fusionId, ids, image));
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    const skipDuplicates = true;
    await tx.fusedMask.createMany({ data: rows.flatMap(({ masks }) => masks), skipDuplicates });
    await tx.expertnessMap.createMany({ data: rows.flatMap(({ maps }) => maps), skipDuplicates });
    await tx.raterWeight.createMany({ data: rows.flatMap(({ weights }) => weights), skipDuplicates });
    await tx.raterPerformance.createMany({ data: rows.flatMap(({ performances }) => performances), skipDuplicates }); // prettier-ignore
    await tx.fusedImage.createMany({ data: rows.map(({ image }) => image), skipDuplicates });
  });
}

interface Rows {
  readonly image: Prisma.FusedImageCreateManyInput;
  readonly masks: Prisma.FusedMaskCreateManyInput[];
  readonly maps: Prisma.ExpertnessMapCreateManyInput[];
  readonly weights: Prisma.RaterWeightCreateManyInput[];
  readonly performances: Prisma.RaterPerformanceCreateManyInput[];
}

function rowsOf(fusionId: string, ids: Ids, image: FusedImage): Rows {
  const { imageId, figures, masks, maps, spectralEnergy, vanishedMasks } = image;
  const { raters, iterations, converged, losses, movement, initialLogit, finalLogit } = figures;
  const key = { fusionId, imageId };
  return {
    image: {
      ...key,
      ...{ iterations, converged, losses: [...losses], initialLogit, finalLogit },
      ...{ movement, spectralEnergy, vanishedMasks },
    },
    masks: masks.map((mask, k) => ({ ...key, structureId: ids.structures[k], ...mask })),
    maps: maps.map((map, k) => ({ ...key, raterId: ids.raters[k], ...map })),
    weights: ids.raters.map((raterId, k) => {
      const { weight, sensitivity, specificity } = raters[k];
      return { ...key, raterId, weight, sensitivity, specificity };
    }),
    performances: ids.raters.flatMap((raterId, rater) =>
      ids.structures.flatMap((structureId, k) => {
        const performance = raters[rater].structures?.[k];
        return performance ? [{ ...key, raterId, structureId, ...performance }] : [];
      }),
    ),
  };
}
