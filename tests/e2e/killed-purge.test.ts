import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBlobStore } from '../../api/storage/blob-store.ts';
import { purge } from '../../api/purges/purges.service.ts';
import { startWorker } from '../../api/worker/start-worker.ts';
import { ended } from '../helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../helpers/job-context.ts';
import { tinyDataset } from '../helpers/tiny-dataset.ts';

/** A purge whose worker process is killed with -9 between deleting files and committing that it did. */

let context: TestJobContext;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consilium-killed-purge-'));
  const made = await testJobContext();
  context = { ...made, blobs: openBlobStore({ blobFolder: join(folder, 'blobs'), s3: null }, made.pool) };
}, 60_000);
afterAll(async () => {
  await context.close();
  await rm(folder, { recursive: true });
});

async function files(): Promise<number> {
  const all = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return all.filter((file) => file.isFile()).length;
}

test('is finished by the next worker: no file is left, and every one is noted as deleted', async () => {
  const counts = { train: 8, validation: 4, test: 12 };
  const { datasetId } = await tinyDataset(context.prisma, context.blobs, counts);
  const before = await files();
  const { id, runId } = await purge(context, { datasetId, reason: 'consent was withdrawn' });
  expect(await files()).toBe(before);
  const child = fork(join(__dirname, 'deadly-purge.ts'), {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      DATABASE_URL: context.databaseUrl,
      CONSILIUM_DATA: folder,
      CONSILIUM_BACKEND: 'cpu',
    },
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  const left = await files();
  expect(left).toBeLessThan(before);
  expect(left).toBeGreaterThan(0);
  expect(await context.prisma.blob.count({ where: { purgeId: id, erasedAt: { not: null } } })).toBe(0);
  const worker = await startWorker(context);
  const run = await ended(context, runId);
  await worker.close();
  expect(run).toMatchObject({ status: 'succeeded', attempt: 2, result: { filesDeleted: before } });
  expect(await files()).toBe(0);
  expect(await context.prisma.blob.count({ where: { purgeId: id, erasedAt: null } })).toBe(0);
});
