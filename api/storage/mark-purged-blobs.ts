import type { Database } from '../db.ts';
import { isShared, purgedHashes } from './purge-sql.ts';
import { Prisma } from '../../prisma/client/client.ts';

export interface MarkedBlobs {
  /** Blobs whose bytes are to be deleted. */
  readonly marked: number;
  /** Blobs that stay, because rows that were not purged have the same bytes. */
  readonly shared: number;
}

/**
 * Marks the blobs of a purge, after which none of them is read any more. The lock waits for whoever is just writing a
 * row that refers to one of them.
 */
export async function markPurgedBlobs(tx: Database, purgeId: string): Promise<MarkedBlobs> {
  const hashes = purgedHashes(purgeId);
  await tx.$queryRaw`select sha256 from blobs where sha256 in (${hashes}) order by sha256 for update`;
  const marked = await tx.$executeRaw`update blobs b set purge_id = ${purgeId}::uuid
    where sha256 in (${hashes}) and erased_at is null and not ${isShared(Prisma.sql`b.sha256`)}`;
  const [row] = await tx.$queryRaw<{ shared: number }[]>`select count(*)::int as shared from blobs
    where sha256 in (${hashes}) and purge_id is null`;
  return { marked, shared: row.shared };
}
