import { checkpointToBytes } from '../../ml/training/checkpoint.ts';
import type { EpochRecord } from '../../ml/training/loop.ts';
import { announce, assertOwner } from '../runs/run-state.ts';
import type { JobContext, JobInput } from './job.ts';

/** Weights and checkpoints: an 8-byte length, a JSON header, little-endian numbers (safetensors). */
export const weightsMediaType = 'application/vnd.safetensors';

/** A checkpoint is three times the weights: of older epochs only this many stay. */
const keptCheckpoints = 2;

/** The epoch's numbers and its checkpoint, at once or not at all; done again they are the same. */
export async function storeEpoch(input: JobInput, record: EpochRecord): Promise<void> {
  const { epoch, metrics } = record;
  const { prisma, blobs, owner } = input;
  const { runId } = owner;
  const sha256 = await blobs.put(checkpointToBytes(record.checkpoint()), weightsMediaType);
  await prisma.$transaction(async (tx) => {
    await assertOwner(tx, owner);
    const names = Object.keys(metrics);
    const values = Object.values(metrics);
    // One statement for NaN and infinities too, which PostgreSQL keeps and Prisma's JSON protocol does not.
    await tx.$executeRaw`insert into epoch_metrics (run_id, epoch, name, value)
      select ${runId}::uuid, ${epoch}::int, name, value::float8
      from unnest(${names}::text[], ${values.map(String)}::text[]) as metric(name, value)
      on conflict (run_id, epoch, name) do update set value = excluded.value`;
    await tx.checkpoint.upsert({
      where: { runId_epoch: { runId, epoch } },
      create: { runId, epoch, sha256 },
      update: { sha256 },
    });
    await announce(tx, runId);
  });
  await forgetOldCheckpoints(input, epoch - keptCheckpoints);
}

/** Deletes the bytes along with their rows. Otherwise a long training would fill the disk with unused files. */
async function forgetOldCheckpoints({ prisma, blobs, owner }: JobInput, upTo: number): Promise<void> {
  const old = await prisma.checkpoint.findMany({ where: { runId: owner.runId, epoch: { lte: upTo } } });
  for (const { epoch, sha256 } of old) {
    await prisma.checkpoint.delete({ where: { runId_epoch: { runId: owner.runId, epoch } } });
    await blobs.removeUnused(sha256);
  }
}

/** Null where the run has stored none yet. */
export async function newestCheckpoint({ prisma, blobs }: JobContext, runId: string): Promise<Buffer | null> {
  const newest = await prisma.checkpoint.findFirst({ where: { runId }, orderBy: { epoch: 'desc' } });
  return newest ? blobs.get(newest.sha256) : null;
}
