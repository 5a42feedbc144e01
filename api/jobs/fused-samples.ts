import type { SampleSource } from '../../ml/data/sample.ts';
import type { FusedSample } from '../../ml/fusion/fusion.ts';
import { spectralEnergyOfMaps } from '../../ml/statistics/spectral-energy.ts';
import type { Fusion, Prisma } from '../../prisma/client/client.ts';
import { assertOwner } from '../runs/run-state.ts';
import type { JobInput } from './job.ts';
import { storePlanes } from './planes.ts';

/** Rows of one fused image; ids of the samples are those of the images. */
interface Rows {
  readonly image: Prisma.FusedImageCreateManyInput;
  readonly masks: Prisma.FusedMaskCreateManyInput[];
  readonly maps: Prisma.ExpertnessMapCreateManyInput[];
  readonly weights: Prisma.RaterWeightCreateManyInput[];
  readonly performances: Prisma.RaterPerformanceCreateManyInput[];
}

/** Stores a batch: its blobs first, then all of its rows in one transaction. */
export async function storeFusedSamples(
  input: JobInput,
  fusion: Fusion,
  source: SampleSource,
  samples: readonly FusedSample[],
): Promise<void> {
  const names = await datasetNames(input, fusion.snapshotId);
  const rows = await Promise.all(samples.map((sample) => storeBlobs(input, fusion, source, sample, names)));
  await input.prisma.$transaction(async (tx) => {
    await assertOwner(tx, input.owner);
    const skipDuplicates = true;
    await tx.fusedMask.createMany({ data: rows.flatMap(({ masks }) => masks), skipDuplicates });
    await tx.expertnessMap.createMany({ data: rows.flatMap(({ maps }) => maps), skipDuplicates });
    await tx.raterWeight.createMany({ data: rows.flatMap(({ weights }) => weights), skipDuplicates });
    await tx.raterPerformance.createMany({ data: rows.flatMap(({ performances }) => performances), skipDuplicates }); // prettier-ignore
    await tx.fusedImage.createMany({ data: rows.map(({ image }) => image), skipDuplicates });
  });
}

interface Names {
  readonly structures: ReadonlyMap<string, string>;
  readonly raters: ReadonlyMap<string, string>;
}

/** Ids by name, of the structures and raters of the snapshot's dataset. */
export async function datasetNames({ prisma }: Pick<JobInput, 'prisma'>, snapshotId: string): Promise<Names> {
  const { cohort } = await prisma.snapshot.findUniqueOrThrow({
    where: { id: snapshotId },
    select: { cohort: { select: { dataset: { select: { structures: true, raters: true } } } } },
  });
  const byName = (rows: readonly { id: string; name: string }[]) =>
    new Map(rows.map(({ id, name }) => [name, id]));
  return { structures: byName(cohort.dataset.structures), raters: byName(cohort.dataset.raters) };
}

export function idOf(names: ReadonlyMap<string, string>, name: string): string {
  const id = names.get(name);
  if (!id)
    throw new Error(`the dataset has no '${name}': it has ${[...names.keys()].slice(0, 20).join(', ')}`);
  return id;
}

async function storeBlobs(
  { blobs }: JobInput,
  fusion: Fusion,
  source: SampleSource,
  sample: FusedSample,
  names: Names,
): Promise<Rows> {
  const { width, height, id: fusionId } = fusion;
  const key = { fusionId, imageId: sample.id };
  const [n, c] = [source.raters.length, source.structures.length];
  const fused = await storePlanes(blobs, sample.fused, { width, height, channels: c });
  const maps = sample.expertness
    ? await storePlanes(blobs, sample.expertness, { width, height, channels: n })
    : [];
  const raterIds = source.raters.map((name) => idOf(names.raters, name));
  const structureIds = source.structures.map((name) => idOf(names.structures, name));
  return {
    image: {
      ...key,
      iterations: sample.iterations,
      converged: sample.converged,
      losses: [...sample.losses],
      initialLogit: sample.initialLogit,
      finalLogit: sample.finalLogit,
      movement: sample.movement,
      spectralEnergy: sample.expertness && spectralEnergyOfMaps(sample.expertness, { width, height }),
    },
    masks: structureIds.map((structureId, k) => ({ ...key, structureId, sha256: fused[k] })),
    maps: maps.length > 0 ? raterIds.map((raterId, k) => ({ ...key, raterId, sha256: maps[k] })) : [],
    performances: raterIds.flatMap((raterId, rater) =>
      structureIds.flatMap((structureId, k) => {
        const performance = sample.raters[rater].structures?.[k];
        return performance ? [{ ...key, raterId, structureId, ...performance }] : [];
      }),
    ),
    weights: raterIds.map((raterId, k) => {
      const { weight, sensitivity, specificity } = sample.raters[k];
      return { ...key, raterId, weight, sensitivity, specificity };
    }),
  };
}
