import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../api/postgres/embedded-postgres.ts';
import { graphqlClient } from '../tests/e2e/graphql-client.ts';
import { startServerProcess } from '../tests/e2e/own-processes.ts';
import { writePhantomFolder } from '../tests/helpers/phantom-folder.ts';
import { tinyResnet } from '../tests/helpers/tiny-dataset.ts';

/**
 * How long a run waits for the queue, in milliseconds, one line each (docs/decisions/006-queue.md). There is no peer
 * to compare with, so it is no suite of `npm run bench`:
 *
 *     node --import tsx bench/queue-times.ts
 */

const folder = await mkdtemp(join(tmpdir(), 'consilium-queue-times-'));
const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
const server = await startServerProcess(postgres.url, join(folder, 'data'));
const client = graphqlClient(server.url);
const pool = new pg.Pool({ connectionString: postgres.url });
const firstWorker = await server.workerStarted(1);

try {
  const snapshotId = await importPhantoms();
  const fusions = [];
  for (let seed = 1; seed <= 6; seed++) fusions.push(await vote(snapshotId, seed));
  const fusionId = fusions[0]?.id ?? '';
  await print('run asked for -> running', 'started_at - created_at', `kind = 'fusion'`);

  for (let seed = 1; seed <= 4; seed++) {
    const runId = await train(fusionId, seed);
    await reached(runId, (event) => event.epoch !== null);
    await client.ask('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: runId });
    await reached(runId, (event) => event.run.status === 'cancelled');
  }
  await print('cancel asked for -> run ended', 'finished_at - cancel_requested_at', `status = 'cancelled'`);

  const runId = await train(fusionId, 5);
  console.log('kill -9 of the only worker -> next attempt', await killed(runId, firstWorker, 2));
  const second = spawn(process.execPath, ['--import', 'tsx', 'api/worker.ts'], {
    env: { ...process.env, DATABASE_URL: postgres.url, CONSILIUM_DATA: join(folder, 'data') },
    stdio: 'ignore',
  });
  while ((await livingWorkers()) < 2) await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(
    'kill -9 where another worker lives -> next attempt',
    await killed(runId, await server.workerStarted(2), 3),
  );
  await client.ask('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: runId });
  second.kill('SIGTERM');
} finally {
  await client.close();
  await pool.end();
  await server.stop();
  await postgres.close();
  await rm(folder, { recursive: true });
}

async function importPhantoms(): Promise<string> {
  await writePhantomFolder(join(folder, 'phantoms'));
  const { importDataset } = await client.ask<{ importDataset: { id: string } }>(
    'mutation ($path: String!) { importDataset(input: { path: $path }) { id } }',
    { path: join(folder, 'phantoms') },
  );
  await reached(importDataset.id, ({ run }) => run.status === 'succeeded');
  const { rows } = await pool.query<{ id: string }>('select id from datasets');
  const { createCohort } = await client.ask<{ createCohort: { id: string } }>(
    'mutation ($id: ID!) { createCohort(input: { datasetId: $id, name: "all" }) { id } }',
    { id: rows[0].id },
  );
  const { freezeCohort } = await client.ask<{ freezeCohort: { id: string } }>(
    'mutation ($id: ID!) { freezeCohort(cohortId: $id) { id } }',
    { id: createCohort.id },
  );
  return freezeCohort.id;
}

async function vote(snapshotId: string, seed: number): Promise<{ id: string }> {
  const { fuseLabels } = await client.ask<{ fuseLabels: { id: string; run: { id: string } } }>(
    `mutation ($snapshotId: ID!, $seed: Int!) { fuseLabels(
       input: { snapshotId: $snapshotId, method: "majority-vote", size: 32, seed: $seed }) { id run { id } } }`,
    { snapshotId, seed },
  );
  await reached(fuseLabels.run.id, ({ run }) => run.status === 'succeeded');
  return fuseLabels;
}

async function train(fusionId: string, seed: number): Promise<string> {
  const training = { epochs: 5000, batchSize: 4 };
  const { trainModel } = await client.ask<{ trainModel: { run: { id: string } } }>(
    'mutation ($input: TrainModelInput!) { trainModel(input: $input) { run { id } } }',
    { input: { fusionId, method: 'dl-cat', config: { resnet: tinyResnet }, training, seed } },
  );
  return trainModel.run.id;
}

async function reached(
  runId: string,
  condition: (event: { epoch: number | null; run: { status: string; attempt: number } }) => boolean,
): Promise<void> {
  for await (const event of client.follow(runId)) if (condition(event)) return;
}

/** Milliseconds from the death of its worker to the run's next attempt. */
async function killed(runId: string, worker: number, attempt: number): Promise<number> {
  await reached(runId, ({ epoch }) => epoch !== null);
  process.kill(worker, 'SIGKILL');
  const began = performance.now();
  await reached(runId, ({ run }) => run.attempt === attempt);
  return Math.round(performance.now() - began);
}

async function livingWorkers(): Promise<number> {
  const health = await fetch(`${server.url}/health`);
  return ((await health.json()) as { workers: number }).workers;
}

async function print(label: string, time: string, where: string): Promise<void> {
  const { rows } = await pool.query<{ ms: number }>(
    `select round(extract(epoch from ${time}) * 1000)::int as ms from runs where ${where} order by ms`,
  );
  console.log(label, ...rows.map(({ ms }) => ms));
}
