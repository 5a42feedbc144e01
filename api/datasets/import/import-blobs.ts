import type pg from 'pg';
import { hashOf, type BlobStore } from '../../storage/blob-store.ts';
import { openSpool } from './spool.ts';

/** Blob storage as one import uses it. */
export interface ImportBlobs extends Pick<BlobStore, 'get' | 'write'> {
  /** Whether these bytes were purged. Always false for an import that restores. */
  isPurged(bytes: Uint8Array): Promise<boolean>;
  /** @throws Error if another import may have removed what this one found in storage; then nothing may be committed. */
  assertGuarded(): Promise<void>;
  /**
   * Removes what this import added but no row refers to, unless another import runs: it may need it. What was purged in
   * the meantime is removed in any case.
   */
  cleanUp(): Promise<void>;
  close(): Promise<void>;
}

// Any text that nothing else locks.
const lockName = 'imports at work';
const chunk = 200;

/**
 * Every import holds a shared lock while it runs; removing unused blobs needs the lock exclusively. So what an import
 * finds in storage stays until its rows refer to it, even if the import that put it there fails in the meantime.
 */
export async function openImportBlobs(
  blobs: BlobStore,
  pool: pg.Pool,
  { restore = false }: { readonly restore?: boolean } = {},
): Promise<ImportBlobs> {
  const added = await openSpool<string>();
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  const lock = async (call: string): Promise<boolean> => {
    const { rows } = await client.query<{ got: unknown }>(`select ${call}(hashtextextended($1, 0)) as got`, [
      lockName,
    ]);
    return rows[0].got !== false;
  };
  await lock('pg_advisory_lock_shared');

  async function removeAdded(): Promise<void> {
    for await (const names of added.chunks(chunk)) await blobs.removeUnnamed(client, names);
  }

  return {
    get: (sha256) => blobs.get(sha256),
    async write(bytes) {
      const written = await blobs.write(bytes);
      if (written.added) await added.push(written.sha256);
      return written;
    },
    async isPurged(bytes) {
      if (restore) return false;
      const { rowCount } = await pool.query('select from blobs where purge_id is not null and sha256 = $1', [
        hashOf(bytes),
      ]);
      return rowCount === 1;
    },
    async assertGuarded() {
      await client.query('select');
    },
    async cleanUp() {
      await lock('pg_advisory_unlock_shared');
      for await (const names of added.chunks(chunk)) await blobs.removePurged(client, names);
      if (!(await lock('pg_try_advisory_lock'))) return;
      await removeAdded().finally(() => lock('pg_advisory_unlock'));
    },
    async close() {
      await added.remove();
      client.off('error', onError);
      if (!broken) await client.query('select pg_advisory_unlock_all()');
      client.release(broken);
    },
  };
}
