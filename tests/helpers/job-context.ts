import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobContext } from '../../api/jobs/job.ts';
import { installQueue } from '../../api/queue/queue.ts';
import { createPubSub } from '../../api/pubsub.ts';
import { openBlobStore } from '../../api/storage/blob-store.ts';
import { testDatabase } from './database.ts';

export interface TestJobContext extends JobContext {
  readonly databaseUrl: string;
  readonly actor: string;
  /** What was logged as a warning. */
  readonly warnings: string[];
  close(): Promise<void>;
}

/** What a worker's jobs and the services need, on a database and a blob folder of its own. */
export async function testJobContext(): Promise<TestJobContext> {
  const database = await testDatabase();
  const { url, prisma, pool } = database;
  await installQueue(url, console.warn);
  const folder = await mkdtemp(join(tmpdir(), 'consilium-jobs-'));
  const pubsub = await createPubSub(url);
  const warnings: string[] = [];
  return {
    databaseUrl: url,
    prisma,
    pool,
    pubsub,
    blobs: openBlobStore({ blobFolder: folder, s3: null }, pool),
    log: { info: () => undefined, warn: (message) => void warnings.push(message) },
    actor: 'tester',
    warnings,
    async close() {
      await pubsub.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
