import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../helpers/database.ts';
import { writePhantomFolder } from '../helpers/phantom-folder.ts';
import { tinyResnet } from '../helpers/tiny-dataset.ts';
import { graphqlClient, type GraphQLClient, type RunEvent } from './graphql-client.ts';
import { startServerProcess, type ServerProcess } from './own-processes.ts';

/** A user's way over HTTP and WebSocket, with a server process and its worker process, and the worker killed. */

let database: TestDatabase;
let folder: string;
let server: ServerProcess;
let client: GraphQLClient;
let snapshotId: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'consilium-e2e-'));
  await writePhantomFolder(join(folder, 'phantoms'));
  server = await startServerProcess(database.url, join(folder, 'data'));
  client = graphqlClient(server.url);
  await server.workerStarted(1);
  snapshotId = await importAndFreeze();
});
afterAll(async () => {
  await client.close();
  await server.stop();
  await database.close();
  await rm(folder, { recursive: true });
});

interface Started {
  readonly id: string;
  readonly run: { readonly id: string };
}

async function finished(runId: string): Promise<RunEvent['run']> {
  let last: RunEvent | undefined;
  for await (const event of client.follow(runId)) last = event;
  if (last?.run.status !== 'succeeded') throw new Error(`run ${runId}: ${JSON.stringify(last)}`);
  return last.run;
}

async function importAndFreeze(): Promise<string> {
  const { importDataset: run } = await client.ask<{ importDataset: { id: string } }>(
    'mutation ($path: String!) { importDataset(input: { path: $path }) { id } }',
    { path: join(folder, 'phantoms') },
  );
  await finished(run.id);
  const { run: ended } = await client.ask<{ run: { result: { datasetId: string } } }>(
    'query ($id: ID!) { run(id: $id) { result } }',
    { id: run.id },
  );
  const { createCohort: cohort } = await client.ask<{ createCohort: { id: string } }>(
    'mutation ($id: ID!) { createCohort(input: { datasetId: $id, name: "all" }) { id } }',
    { id: ended.result.datasetId },
  );
  const { freezeCohort: snapshot } = await client.ask<{ freezeCohort: { id: string } }>(
    'mutation ($id: ID!) { freezeCohort(cohortId: $id) { id } }',
    { id: cohort.id },
  );
  return snapshot.id;
}

async function vote(seed: number): Promise<string> {
  const { fuseLabels } = await client.ask<{ fuseLabels: Started }>(
    `mutation ($snapshotId: ID!, $seed: Int!) {
      fuseLabels(input: { snapshotId: $snapshotId, method: "majority-vote", size: 32, seed: $seed }) { id run { id } }
    }`,
    { snapshotId, seed },
  );
  await finished(fuseLabels.run.id);
  return fuseLabels.id;
}

async function train(fusionId: string, epochs: number): Promise<Started> {
  const input = {
    fusionId,
    method: 'dl-cat',
    config: { resnet: tinyResnet },
    training: { epochs, batchSize: 4 },
    seed: 7,
  };
  const { trainModel } = await client.ask<{ trainModel: Started }>(
    'mutation ($input: TrainModelInput!) { trainModel(input: $input) { id run { id } } }',
    { input },
  );
  return trainModel;
}

async function weights(modelId: string): Promise<string | null> {
  const { model } = await client.ask<{ model: { sha256: string | null } }>(
    'query ($id: ID!) { model(id: $id) { sha256 } }',
    { id: modelId },
  );
  return model.sha256;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, k) => k + 1);

test('a training whose worker is killed with -9 is resumed to the weights of an unbroken one', async () => {
  const epochs = 40;
  const broken = await train(await vote(1), epochs);
  const seen: number[] = [];
  let last: RunEvent | undefined;
  let killedAfter: number | undefined;
  for await (const event of client.follow(broken.run.id)) {
    last = event;
    if (event.epoch !== null) seen.push(event.epoch);
    if (killedAfter === undefined && seen.length >= 3) {
      killedAfter = seen.length;
      process.kill(await server.workerStarted(1), 'SIGKILL');
    }
  }
  expect(killedAfter).toBeLessThan(epochs);
  expect(last?.run).toEqual({ status: 'succeeded', attempt: 2, errorMessage: null });
  expect(seen).toEqual(numbers(epochs));
  expect(server.workers).toHaveLength(2);

  // The vote knows no chance: under another seed it is other work with the same masks, so nothing is answered twice.
  const unbroken = await train(await vote(2), epochs);
  expect((await finished(unbroken.run.id)).attempt).toBe(1);
  expect(unbroken.run.id).not.toBe(broken.run.id);
  expect(await weights(broken.id)).toMatch(/^[0-9a-f]{64}$/);
  expect(await weights(broken.id)).toBe(await weights(unbroken.id));
});

test('a running training is cancelled in mid-course, while the server goes on answering', async () => {
  const epochs = 5000;
  const model = await train(await vote(1), epochs);
  let answers = 0;
  let last: RunEvent | undefined;
  for await (const event of client.follow(model.run.id)) {
    last = event;
    await client.ask('{ datasets { totalCount } }');
    if (++answers === 20) {
      await client.ask('mutation ($id: ID!) { cancelRun(id: $id) { status } }', { id: model.run.id });
    }
  }
  expect(last?.run.status).toBe('cancelled');
  expect(answers).toBeGreaterThanOrEqual(20);
  expect(answers).toBeLessThan(epochs);
  expect(await weights(model.id)).toBeNull();
});

test('a training whose worker is stopped goes on with the next: not a death', async () => {
  const epochs = 20;
  const model = await train(await vote(3), epochs);
  const workers = server.workers.length;
  const seen: number[] = [];
  let last: RunEvent | undefined;
  let stopped = false;
  for await (const event of client.follow(model.run.id)) {
    last = event;
    if (event.epoch !== null) seen.push(event.epoch);
    if (stopped || seen.length < 3) continue;
    stopped = true;
    process.kill(await server.workerStarted(workers), 'SIGTERM');
  }
  expect(last?.run).toEqual({ status: 'succeeded', attempt: 2, errorMessage: null });
  expect(seen).toEqual(numbers(epochs));
  const { deaths } = await database.prisma.run.findUniqueOrThrow({ where: { id: model.run.id } });
  expect(deaths).toBe(0);
});
