import type pg from 'pg';
import type { BlobStore } from '../../storage/blob-store.ts';
import { openSpool } from './spool.ts';

/** Blob storage as one import uses it. */
export interface ImportBlobs extends Pick<BlobStore, 'get' | 'write'> {
  /** @throws Error where another import may have removed what this one found in storage: then nothing may be committed. */
  assertGuarded(): Promise<void>;
  /** Forgets what this import added and no row names. Not while another import is at work, who may count on it. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

// Any text that nothing else locks.
const lockName = 'imports at work';
const chunk = 200;

/**
 * Every import holds a shared lock while it is at work; tidying wants it alone. So what an import finds in storage
 * stays until its rows name it, though another import that put it there fails meanwhile.
 */
export async function openImportBlobs(blobs: BlobStore, pool: pg.Pool): Promise<ImportBlobs> {
  const added = await openSpool<string>();
  const client = await pool.connect();
  let broken: Error | undefined;
  const hear = (error: Error): void => void (broken = error);
  client.on('error', hear);
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
    async assertGuarded() {
      await client.query('select');
    },
    async tidy() {
      await lock('pg_advisory_unlock_shared');
      if (!(await lock('pg_try_advisory_lock'))) return;
      await removeAdded().finally(() => lock('pg_advisory_unlock'));
    },
    async close() {
      await added.remove();
      client.off('error', hear);
      if (!broken) await client.query('select pg_advisory_unlock_all()');
      client.release(broken);
    },
  };
}
