import type { Prisma } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { markPurgedBlobs } from '../storage/mark-purged-blobs.ts';
import { runsAtWork, snapshotsOf } from '../storage/purge-sql.ts';
import type { Job } from './job.ts';

/** Blobs whose bytes are deleted, and noted as deleted, at a time. */
const batch = 100;

/**
 * Deletes the bytes that a purge has marked. It can stop anywhere: what is not noted as deleted is deleted (again) by
 * the next attempt. First it waits for the runs that the purge cancelled, and marks what they wrote in the meantime.
 */
export const purgeJob: Job<'purge'> = {
  async waitsFor({ prisma }, _run, { purgeId }) {
    const [run] = await prisma.$queryRaw<{ id: string }[]>(runsAtWork(snapshotsOf(purgeId)));
    return run ? `run ${run.id} to end` : null;
  },

  async perform({ prisma, pool, blobs, progress, signal, request: { purgeId } }) {
    const { shared } = await prisma.$transaction((tx) => markPurgedBlobs(tx, purgeId), { timeout: 600_000 });
    const total = await prisma.blob.count({ where: { purgeId } });
    const client = await pool.connect();
    try {
      for (;;) {
        signal.throwIfAborted();
        const names = await notErased(prisma, purgeId);
        if (names.length === 0) break;
        await blobs.removePurged(client, names);
        const left = await prisma.blob.count({ where: { purgeId, erasedAt: null } });
        progress.report((total - left) / total, `deleted ${total - left} of ${total} files`);
      }
    } finally {
      client.release();
    }
    const result: Prisma.InputJsonObject = { filesDeleted: total, filesShared: shared };
    return { result, committed: true };
  },
};

async function notErased(prisma: PrismaClient, purgeId: string): Promise<string[]> {
  const rows = await prisma.blob.findMany({
    where: { purgeId, erasedAt: null },
    select: { sha256: true },
    orderBy: { sha256: 'asc' },
    take: batch,
  });
  return rows.map(({ sha256 }) => sha256);
}
