import type { GradientModel } from '../../ml/models.ts';
import { checkpointFromBytes, saveWeights } from '../../ml/training/checkpoint.ts';
import { train } from '../../ml/training/loop.ts';
import type { Model } from '../../prisma/client/client.ts';
import { openStoreSource } from '../storage/store-source.ts';
import type { RequestOf } from '../requests/requests.ts';
import { newestCheckpoint, storeEpoch, weightsMediaType } from './epochs.ts';
import type { JobInput } from './job.ts';
import { buildNetwork, weightsOf } from './networks.ts';

/**
 * Trains a network. After each epoch, its numbers and a checkpoint are stored in one transaction. A resumed training
 * continues from the newest checkpoint and ends with the same weights, bit for bit, as one that was never interrupted
 * (on the same backend, threads and processor).
 */
export async function trainNetwork(
  input: JobInput<'training'>,
  { snapshotId, height: size }: Model,
  method: GradientModel,
) {
  const { run, request, signal, progress } = input;
  if (!request.training) throw new Error(`run ${run.id} says nothing of how '${method.name}' is trained`);
  const { source, validation } = await openSources(input, snapshotId, size, request);
  const [stored, initial] = await Promise.all([newestCheckpoint(input, run.id), weightsFile(input, request)]);
  const built = await buildNetwork(input, { ...request, seed: run.seed }, source);
  try {
    const options = {
      model: method,
      config: request.config,
      network: built.network,
      training: request.training,
      source,
      validation,
      // The images of the validation split stand in for those of another clinic, without their masks.
      unlabelled: method.needsUnlabelled ? validation : undefined,
      initial,
      seed: run.seed,
      signal,
      resume: stored ? checkpointFromBytes(stored) : undefined,
      onStep: (done: number, total: number, epoch: number, epochs: number) =>
        progress.report(done / total, `epoch ${epoch} of ${epochs}`),
    };
    let epochs = options.resume?.epoch ?? 0;
    let best = options.resume?.best ?? null;
    for await (const record of train(options)) {
      await storeEpoch(input, record);
      ({ epoch: epochs, best } = record);
    }
    const sha256 = await input.blobs.put(saveWeights(built.network), weightsMediaType);
    return { epochs, sha256, ...(best && { best: { ...best } }) };
  } finally {
    built.dispose();
  }
}

async function weightsFile(
  { prisma, blobs }: JobInput,
  { initialModelId }: RequestOf<'training'>,
): Promise<Uint8Array | undefined> {
  if (!initialModelId) return undefined;
  const model = await prisma.model.findUniqueOrThrow({ where: { id: initialModelId } });
  return blobs.get(weightsOf(model));
}

async function openSources(
  { prisma, blobs }: JobInput,
  snapshotId: string,
  size: number,
  { fusionId }: RequestOf<'training'>,
) {
  const [source, validation] = await Promise.all(
    (['train', 'validation'] as const).map((split) =>
      openStoreSource({ prisma, blobs }, { snapshotId, size, split, fusionId }),
    ),
  );
  if (!source || !validation) throw new Error('unreachable: two splits were opened');
  return { source, validation };
}
