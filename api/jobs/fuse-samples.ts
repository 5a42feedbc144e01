import { permuteDiagnoses } from '../../ml/data/permute-diagnoses.ts';
import type { SampleSource } from '../../ml/data/sample.ts';
import { subsetSource } from '../../ml/data/subset-source.ts';
import type { FusedSample, FusionProgress } from '../../ml/fusion/fusion.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { spectralEnergyOfMaps } from '../../ml/statistics/spectral-energy.ts';
import type { Fusion, Split } from '../../prisma/client/client.ts';
import type { RequestOf } from '../requests/requests.ts';
import { openStoreSource, type StoreSource } from '../storage/store-source.ts';
import { fitFusion, fitShare } from './fit-fusion.ts';
import { storeFusedImages, type FusedImage } from './fused-images.ts';
import { loadFusionNetworks, type FusionNetworks } from './fusion-networks.ts';
import type { JobInput } from './job.ts';
import { storePlanes } from './planes.ts';

interface Work {
  readonly fusion: Fusion;
  readonly request: RequestOf<'fusion'>;
  /** Side of the square in which images are fused. */
  readonly size: number;
}

/**
 * Fuses in the square at which networks work, split by split. A method that learns from the training split does so
 * first, once.
 */
export async function fuseSamples(input: JobInput, work: Work): Promise<void> {
  const { request } = work;
  const parts = await Promise.all(request.splits.map((split) => openPart(input, work, split)));
  const total = parts.reduce((sum, { opened }) => sum + opened.ids.length, 0);
  if (!parts[0]) throw new Error(`fusion ${work.fusion.id} has no split to fuse`);
  const theta = await loadFusionNetworks(input, request.diagnosisModelIds, parts[0].opened);
  try {
    const { networks } = theta;
    const fitted = await fitFusion(input, { ...work, networks });
    const start = fitted ? fitShare : 0;
    let before = 0;
    for (const part of parts) {
      const done = part.opened.ids.length - part.todo.ids.length;
      await fusePart(input, { ...work, ...part, networks: { ...networks, fitted } }, (share) =>
        input.progress.report(
          start + (1 - start) * ((before + done + share * part.todo.ids.length) / total),
          `fusing ${request.method}`,
        ),
      );
      before += part.opened.ids.length;
    }
  } finally {
    theta.dispose();
  }
}

interface Part {
  /** All images of the split. */
  readonly opened: StoreSource;
  /** Those not fused by an earlier attempt, diagnoses permuted where the control is asked for. */
  readonly todo: SampleSource;
}

async function openPart(
  { prisma, blobs, run }: JobInput,
  { fusion, request: { snapshotId, permutedDiagnoses, permutation }, size }: Work,
  split: Split,
): Promise<Part> {
  const opened = await openStoreSource({ prisma, blobs }, { snapshotId, size, split });
  const source = permutedDiagnoses ? permuteDiagnoses(opened, run.seed, permutation) : opened;
  const done = await fusedBefore(prisma, fusion.id);
  const left = opened.imageIds.flatMap((id, index) => (done.has(id) ? [] : [index]));
  return { opened, todo: subsetSource(source, left) };
}

/** Ids of the images that an earlier attempt has fused. */
export async function fusedBefore(prisma: JobInput['prisma'], fusionId: string): Promise<Set<string>> {
  const stored = await prisma.fusedImage.findMany({ where: { fusionId }, select: { imageId: true } });
  return new Set(stored.map(({ imageId }) => imageId));
}

interface PartToFuse extends Work, Part {
  readonly networks: FusionNetworks & { readonly fitted: Awaited<ReturnType<typeof fitFusion>> };
}

async function fusePart(
  input: JobInput,
  { fusion, request, opened, todo, networks }: PartToFuse,
  report: (share: number) => void,
): Promise<void> {
  if (!todo.ids.length) return;
  const { run, signal } = input;
  const fusing = fusions
    .get(request.method)
    .fuse({ source: todo, config: request.config, seed: run.seed, ...networks, signal });
  const ids = { raters: opened.raterIds, structures: opened.structureIds };
  for await (const item of fusing) {
    if (!isSamples(item)) report(item.done / item.total);
    else {
      const images = await Promise.all(item.map((sample) => storePictures(input, opened, sample)));
      await storeFusedImages(input, fusion, ids, images);
    }
  }
}

async function storePictures(
  { blobs }: JobInput,
  source: StoreSource,
  { id, fused, expertness, ...figures }: FusedSample,
): Promise<FusedImage> {
  const frame = source.frameOf(id);
  const { raters, structures, width, height } = source;
  return {
    imageId: source.imageIdOf(id),
    figures,
    masks: await storePlanes(blobs, fused, frame, structures.length),
    maps: expertness ? await storePlanes(blobs, expertness, frame, raters.length) : [],
    spectralEnergy: expertness && spectralEnergyOfMaps(expertness, { width, height }),
    vanishedMasks: source.vanishedIn(id),
  };
}

function isSamples(item: FusionProgress | FusedSample[]): item is FusedSample[] {
  return Array.isArray(item);
}
