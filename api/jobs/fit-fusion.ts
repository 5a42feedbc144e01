import { permuteDiagnoses } from '../../ml/data/permute-diagnoses.ts';
import { fittedFromBytes, fittedToBytes, type Fitted } from '../../ml/fitted.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Fusion } from '../../prisma/client/client.ts';
import type { RequestOf } from '../requests/requests.ts';
import { assertOwner } from '../runs/run-state.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { weightsMediaType } from './epochs.ts';
import type { FusionNetworks } from './fusion-networks.ts';
import type { JobInput } from './job.ts';

/** What part of a run's progress fitting is, where the method learns: most of its work, by the demos' times. */
export const fitShare = 0.8;

interface ToFit {
  readonly fusion: Fusion;
  readonly request: RequestOf<'fusion'>;
  /** Side of the square in which images are fused. */
  readonly size: number;
  readonly networks: FusionNetworks;
}

/** What the method learned from the training split, in this attempt or an earlier one. Undefined if it learns nothing. */
export async function fitFusion(input: JobInput, toFit: ToFit): Promise<Fitted | undefined> {
  const { fusion, request } = toFit;
  const method = fusions.get(request.method);
  if (!method.fit) return undefined;
  if (fusion.sha256) return fittedFromBytes(method.name, await input.blobs.get(fusion.sha256));
  const fitted = await fit(input, toFit);
  await storeFitted(input, fusion, fittedToBytes(method.name, fitted));
  return fitted;
}

async function fit(input: JobInput, { request, size, networks }: ToFit): Promise<Fitted> {
  const { run, signal, progress } = input;
  const { snapshotId, method, config } = request;
  const opened = await openStoreSource(input, { snapshotId, size, split: 'train' });
  const { permutedDiagnoses, permutation } = request;
  const source = permutedDiagnoses ? permuteDiagnoses(opened, run.seed, permutation) : opened;
  const fitting = fusions.get(method).fit!({
    source,
    config,
    seed: run.seed,
    ...networks,
    signal,
  });
  for await (const item of fitting) {
    if ('tensors' in item) return item;
    progress.report((fitShare * item.done) / item.total, `fitting ${method}`);
  }
  throw new Error(`'${method}' ended its fit without a result`);
}

async function storeFitted({ blobs, prisma, owner }: JobInput, fusion: Fusion, bytes: Uint8Array) {
  const sha256 = await blobs.put(bytes, weightsMediaType);
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    await tx.fusion.update({ where: { id: fusion.id }, data: { sha256 } });
  });
}
