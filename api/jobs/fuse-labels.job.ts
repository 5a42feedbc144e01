import { permuteDiagnoses } from '../../ml/data/permute-diagnoses.ts';
import type { SampleSource } from '../../ml/data/sample.ts';
import type { Fitted } from '../../ml/fitted.ts';
import type { FusedSample, FusionProgress } from '../../ml/fusion/fusion.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Fusion, Split } from '../../prisma/client/client.ts';
import type { RequestOf } from '../requests/requests.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { fitFusion, fitShare } from './fit-fusion.ts';
import { storeFusedSamples } from './fused-samples.ts';
import { loadFusionNetworks, type FusionNetworks } from './fusion-networks.ts';
import type { Job, JobInput } from './job.ts';
import { subsetSource } from '../../ml/data/subset-source.ts';

/**
 * Fuses a snapshot's masks, split by split, and stores each batch as it is ready. A method that learns from the
 * training split does so first, once. Batches are stored whole and in order, and an image's result does not depend on
 * the others, so a resumed fusion continues after the last stored batch and produces the same masks.
 */
export const fuseLabelsJob: Job<'fusion'> = {
  async perform(input) {
    const { prisma, run, request } = input;
    const fusion = await prisma.fusion.findUniqueOrThrow({ where: { runId: run.id } });
    const parts = await Promise.all(request.splits.map((split) => openPart(input, fusion, request, split)));
    const total = parts.reduce((sum, { source }) => sum + source.ids.length, 0);
    if (!parts[0]) throw new Error(`fusion ${fusion.id} has no split to fuse`);
    const theta = await loadFusionNetworks(input, request.diagnosisModelIds, parts[0].source);
    try {
      const { networks } = theta;
      const fitted = await fitFusion(input, { fusion, request, networks });
      const start = fitted ? fitShare : 0;
      let before = 0;
      for (const { source, todo, imageIdOf } of parts) {
        const done = source.ids.length - todo.ids.length;
        await fusePart(input, { fusion, request, source: todo, imageIdOf, networks, fitted }, (share) =>
          input.progress.report(
            start + (1 - start) * ((before + done + share * todo.ids.length) / total),
            `fusing ${request.method}`,
          ),
        );
        before += source.ids.length;
      }
    } finally {
      theta.dispose();
    }
    return { result: { images: total, transductive: fusion.transductive } };
  },
};

interface Part {
  /** All images of the split, diagnoses permuted where the control is asked for. */
  readonly source: SampleSource;
  /** Those not fused by an earlier attempt. */
  readonly todo: SampleSource;
  /** The id in the store of the image that the source names so. */
  readonly imageIdOf: (name: string) => string;
}

async function openPart(
  { prisma, blobs, run }: JobInput,
  fusion: Fusion,
  { snapshotId, size, permutedDiagnoses, permutation }: RequestOf<'fusion'>,
  split: Split,
): Promise<Part> {
  const opened = await openStoreSource({ prisma, blobs }, { snapshotId, size, split });
  const source = permutedDiagnoses ? permuteDiagnoses(opened, run.seed, permutation) : opened;
  const stored = await prisma.fusedImage.findMany({
    where: { fusionId: fusion.id },
    select: { imageId: true },
  });
  const done = new Set(stored.map(({ imageId }) => imageId));
  const left = opened.imageIds.flatMap((id, index) => (done.has(id) ? [] : [index]));
  return { source, todo: subsetSource(source, left), imageIdOf: opened.imageIdOf };
}

interface PartToFuse {
  readonly fusion: Fusion;
  readonly request: RequestOf<'fusion'>;
  readonly source: SampleSource;
  readonly imageIdOf: Part['imageIdOf'];
  readonly networks: FusionNetworks;
  readonly fitted: Fitted | undefined;
}

async function fusePart(
  input: JobInput,
  { fusion, request, source, imageIdOf, networks, fitted }: PartToFuse,
  report: (share: number) => void,
): Promise<void> {
  if (!source.ids.length) return;
  const { run, signal } = input;
  const method = fusions.get(request.method);
  const fusing = method.fuse({
    source,
    config: request.config,
    seed: run.seed,
    ...networks,
    fitted,
    signal,
  });
  for await (const item of fusing) {
    if (isSamples(item)) await storeFusedSamples(input, fusion, source, withImageIds(item, imageIdOf));
    else report(item.done / item.total);
  }
}

function withImageIds(samples: readonly FusedSample[], imageIdOf: Part['imageIdOf']): FusedSample[] {
  return samples.map((sample) => ({ ...sample, id: imageIdOf(sample.id) }));
}

function isSamples(item: FusionProgress | FusedSample[]): item is FusedSample[] {
  return Array.isArray(item);
}
