import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { S3Driver } from 'flydrive/drivers/s3';
import type pg from 'pg';
import type { Config } from '../config.ts';
import { blobCorrupt, purged } from '../errors.ts';

/** Bytes by their SHA-256. Equal bytes are stored once; reading returns exactly what was written, or throws. */
export interface BlobStore {
  /** Stores the bytes and their row, and returns their hash. Harmless if they are already there. */
  put(bytes: Uint8Array, mediaType: string): Promise<string>;
  /** Stores the bytes alone, for an import that writes the rows of many at once (registerBlobs). `added`: they were not there. */
  write(bytes: Uint8Array): Promise<{ sha256: string; added: boolean }>;
  /** @throws PURGED if they were deleted for good; BLOB_CORRUPT if the bytes are gone or do not match the hash. */
  get(sha256: string): Promise<Buffer>;
  /** Unverified, for large downloads. */
  stream(sha256: string): Promise<Readable>;
  exists(sha256: string): Promise<boolean>;
  /** Removes the bytes, unless a row still refers to them. Not for bytes that may be stored at the same time. */
  removeUnused(sha256: string): Promise<void>;
  /** Removes those blobs that no row refers to. Safe alongside `put`. The connection must not be in a transaction. */
  removeUnnamed(client: Queryable, sha256s: readonly string[]): Promise<void>;
  /** Removes the bytes of those blobs that were purged. Safe alongside `put`. The connection must not be in a transaction. */
  removePurged(client: Queryable, sha256s: readonly string[]): Promise<void>;
}

// SQLSTATE of a refused delete: restrict_violation since PostgreSQL 18, foreign_key_violation before.
const STILL_REFERENCED = ['23001', '23503'];

export interface BlobRow {
  sha256: string;
  bytes: number;
  mediaType: string;
}

/** What runs SQL: the pool or one of its connections in a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export function openBlobStore(config: Pick<Config, 'blobFolder' | 's3'>, pool: Queryable): BlobStore {
  const { disk, atomic } = config.s3 ? s3Disk(config.s3) : folderDisk(config.blobFolder);

  async function write(bytes: Uint8Array): Promise<{ sha256: string; added: boolean }> {
    const sha256 = hashOf(bytes);
    const key = keyOf(sha256);
    try {
      const stored = await storedSize(disk, sha256);
      if (stored === bytes.byteLength) return { sha256, added: false };
      await (atomic ? disk.put(key, bytes) : putAtomically(disk, key, bytes));
      return { sha256, added: stored === null };
    } catch (error) {
      throw new Error(`blob storage: ${reasonOf(error as Error)}`, { cause: error });
    }
  }

  return {
    write,
    async put(bytes, mediaType) {
      const { sha256 } = await write(bytes);
      await registerBlobs(pool, [{ sha256, bytes: bytes.byteLength, mediaType }]);
      // They may have been there without a row, and have gone (removeUnnamed) before ours was written; now they stay.
      if (!(await disk.exists(keyOf(sha256)))) await write(bytes);
      return sha256;
    },
    async get(sha256) {
      const bytes = await disk.getBytes(keyOf(sha256)).catch(async (error: Error) => {
        if (await isPurged(pool, sha256)) throw purged(`blob ${sha256}`);
        throw blobCorrupt(sha256, `cannot be read: ${reasonOf(error)}`);
      });
      if (hashOf(bytes) !== sha256) throw blobCorrupt(sha256, 'the stored bytes have another hash');
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    stream: (sha256) => disk.getStream(keyOf(sha256)),
    exists: (sha256) => disk.exists(keyOf(sha256)),
    async removeUnused(sha256) {
      if (await deleteRow(pool, sha256)) await disk.delete(keyOf(sha256));
    },
    async removeUnnamed(client, sha256s) {
      await client.query('begin');
      try {
        // Temporary rows: whoever wants to refer to one of them waits until this transaction ends.
        const { rows } = await client.query<{ sha256: string }>(
          `insert into blobs (sha256, bytes, media_type) select name, 0, '' from unnest($1::text[]) as name
           on conflict (sha256) do nothing returning sha256`,
          [sha256s],
        );
        for (const { sha256 } of rows) await disk.delete(keyOf(sha256));
      } finally {
        await client.query('rollback');
      }
    },
    async removePurged(client, sha256s) {
      await client.query('begin');
      try {
        // Whoever wants these bytes again waits for this transaction, and then writes them (put).
        const { rows } = await client.query<{ sha256: string }>(
          'select sha256 from blobs where sha256 = any($1) and purge_id is not null order by sha256 for update',
          [sha256s],
        );
        for (const { sha256 } of rows) await disk.delete(keyOf(sha256));
        await client.query('update blobs set erased_at = coalesce(erased_at, now()) where sha256 = any($1)', [
          rows.map(({ sha256 }) => sha256),
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
  };
}

/** A crash leaves at most a file in tmp/, never half a blob under its name. A full disk leaves nothing behind. */
async function putAtomically(disk: Disk, key: string, bytes: Uint8Array): Promise<void> {
  const temporary = `tmp/${randomUUID()}`;
  try {
    await disk.put(temporary, bytes);
    await disk.move(temporary, key);
  } catch (error) {
    await disk.delete(temporary).catch(() => undefined); // the first error tells more than this one
    throw error;
  }
}

/**
 * The rows of any number of blobs, in two statements; those known already stay as they are. One that was purged is
 * good again, as somebody has the same bytes and has written them: these are returned.
 */
export async function registerBlobs(client: Queryable, rows: readonly BlobRow[]): Promise<string[]> {
  const names = rows.map((row) => row.sha256);
  await client.query(
    `insert into blobs (sha256, bytes, media_type) select * from unnest($1::text[], $2::int[], $3::text[])
     on conflict (sha256) do nothing`,
    [names, rows.map((row) => row.bytes), rows.map((row) => row.mediaType)],
  );
  // (Together with the insert, every known row would be locked, and imports would wait for each other.)
  const revived = await client.query<{ sha256: string }>(
    `update blobs set purge_id = null, erased_at = null where sha256 = any($1) and purge_id is not null
     returning sha256`,
    [names],
  );
  return revived.rows.map(({ sha256 }) => sha256);
}

async function isPurged(client: Queryable, sha256: string): Promise<boolean> {
  const { rowCount } = await client.query('select from blobs where sha256 = $1 and purge_id is not null', [
    sha256,
  ]);
  return rowCount === 1;
}

/** The foreign keys know whether it is used: a refused delete means that it is. */
async function deleteRow(client: Queryable, sha256: string): Promise<boolean> {
  try {
    const { rowCount } = await client.query('delete from blobs where sha256 = $1', [sha256]);
    return rowCount === 1;
  } catch (error) {
    if (STILL_REFERENCED.includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}

/** Why, with the reason of the disk or the bucket (full, no access), which the library keeps in the cause. */
function reasonOf({ message, cause }: Error): string {
  const why = (cause as Partial<Error> | undefined)?.message;
  return why ? `${message} (${why})` : message;
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A folder for each first byte keeps folders small. The shape check keeps any other path out of the store. */
function keyOf(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw blobCorrupt(sha256, 'a blob is named by 64 hexadecimal digits');
  return `${sha256.slice(0, 2)}/${sha256}`;
}

async function storedSize(disk: Disk, sha256: string): Promise<number | null> {
  const key = keyOf(sha256);
  if (!(await disk.exists(key))) return null;
  try {
    return (await disk.getMetaData(key)).contentLength;
  } catch (error) {
    if (await disk.exists(key)) throw error;
    return null; // removed between the two questions
  }
}

function folderDisk(folder: string): { disk: Disk; atomic: boolean } {
  return { disk: new Disk(new FSDriver({ location: folder, visibility: 'private' })), atomic: false };
}

function s3Disk({ bucket, ...settings }: NonNullable<Config['s3']>): { disk: Disk; atomic: boolean } {
  // Access rights are the bucket's; many S3 stores know no rights of single objects.
  const driver = new S3Driver({ ...settings, bucket, visibility: 'private', supportsACL: false });
  return { disk: new Disk(driver), atomic: true };
}
