import { setTimeout as wait } from 'node:timers/promises';
import type { RunKind } from '../../prisma/client/client.ts';
import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { enqueue, installQueue, startQueueWorker, type Perform, type Worker } from './queue.ts';

let database: TestDatabase;
let worker: Worker | undefined;
let printsOfInstall: unknown[];

beforeAll(async () => {
  database = await testDatabase();
  const printed = (['log', 'warn', 'error'] as const).map((method) => jest.spyOn(console, method));
  await installQueue(database.url, console.warn);
  printsOfInstall = printed.flatMap(({ mock }) => mock.calls);
  for (const spy of printed) spy.mockRestore();
}, 60_000);
afterEach(async () => {
  await worker?.close();
  worker = undefined;
});
afterAll(() => database.close());

test("the first start makes the queue's tables and prints nothing", async () => {
  const { rows } = await database.pool.query(`select from pg_proc where proname = 'enqueue_workflow'`);
  expect(rows.length).toBeGreaterThan(0);
  expect(printsOfInstall).toEqual([]);
});

async function start(perform: Perform): Promise<void> {
  worker = await startQueueWorker({ databaseUrl: database.url, perform, warn: () => undefined });
}

async function ask(runId: string, kind: RunKind = 'training', delayMs?: number): Promise<number> {
  await database.prisma.$transaction((tx) => enqueue(tx, kind, runId, { delayMs }));
  return Date.now();
}

/** Resolves when these runs have been performed, with their order and times; others pass (work is done at least once). */
function expectRuns(...wanted: string[]): {
  perform: Perform;
  seen: Promise<{ order: string[]; at: number }>;
} {
  const order: string[] = [];
  let done: (seen: { order: string[]; at: number }) => void;
  const seen = new Promise<{ order: string[]; at: number }>((resolve) => (done = resolve));
  const perform: Perform = async ({ runId }) => {
    if (!wanted.includes(runId)) return;
    order.push(runId);
    if (order.length === wanted.length) done({ order, at: Date.now() });
  };
  return { perform, seen };
}

test('a run enqueued before any worker has started is done when one starts', async () => {
  await ask('before-any-worker');
  const { perform, seen } = expectRuns('before-any-worker');
  await start(perform);
  await seen;
});

test('a transaction that is rolled back leaves nothing in the queue', async () => {
  const performed: string[] = [];
  const { perform, seen } = expectRuns('committed');
  await start(async (job, workerStops) => {
    performed.push(job.runId);
    await perform(job, workerStops);
  });
  const rolledBack = database.prisma.$transaction(async (tx) => {
    await enqueue(tx, 'training', 'rolled-back');
    throw new Error('undone');
  });
  await expect(rolledBack).rejects.toThrow('undone');
  await ask('committed');
  await seen;
  expect(performed).not.toContain('rolled-back');
});

test('a waiting worker takes up a run by itself, soon after its commit', async () => {
  const { perform, seen } = expectRuns('prompt');
  await start(perform);
  await wait(500); // the worker has found its queues
  const committed = await ask('prompt');
  // A tenth of a second on a quiet machine; the bound leaves room for a busy one.
  expect((await seen).at - committed).toBeLessThan(10_000);
});

test('a worker that closes as soon as a run is done leaves nothing to take up again', async () => {
  const warnings: string[] = [];
  const begin = async (perform: Perform) => {
    const warn = (message: string) => void warnings.push(message);
    worker = await startQueueWorker({ databaseUrl: database.url, perform, warn });
  };
  for (const round of [1, 2, 3]) {
    const { perform, seen } = expectRuns(`done ${round}`);
    await begin(perform);
    await ask(`done ${round}`);
    await seen;
    await worker?.close();
  }
  const { rows } = await database.pool.query(`select from dbos.workflow_status where status = 'PENDING'`);
  expect(rows).toEqual([]);
  expect(warnings).toEqual([]);
});

test('computing runs go one at a time, in the order in which they were asked for', async () => {
  const events: string[] = [];
  const { perform, seen } = expectRuns('first', 'second');
  await start(async (job, workerStops) => {
    events.push(`begin ${job.runId}`);
    await wait(150);
    events.push(`end ${job.runId}`);
    await perform(job, workerStops);
  });
  await ask('first', 'fusion');
  await ask('second', 'training');
  await seen;
  expect(events.slice(-4)).toEqual(['begin first', 'end first', 'begin second', 'end second']);
});

test('a worker that is closed in mid-run leaves the run to the next one', async () => {
  let began: () => void;
  const begun = new Promise<void>((resolve) => (began = resolve));
  await start(async ({ runId }, workerStops) => {
    if (runId !== 'interrupted') return;
    began();
    await new Promise((_resolve, reject) => {
      workerStops.addEventListener('abort', () => reject(new Error('stopped')));
    });
  });
  await ask('interrupted');
  await begun;
  await worker?.close();
  const { perform, seen } = expectRuns('interrupted');
  await start(perform);
  await seen;
});

test('a run whose work fails does not stand in the way of the next', async () => {
  const { perform, seen } = expectRuns('poison', 'after');
  await start(async (job, workerStops) => {
    await perform(job, workerStops);
    if (job.runId === 'poison') throw new Error('poison');
  });
  await ask('poison');
  await ask('after');
  expect((await seen).order).toEqual(['poison', 'after']);
});

test('a delayed run waits', async () => {
  const { perform, seen } = expectRuns('later');
  await start(perform);
  const asked = Date.now();
  await ask('later', 'training', 700);
  expect((await seen).at - asked).toBeGreaterThanOrEqual(690); // less the rounding of two clocks
});

test('a worker whose connection with the lock breaks stops itself, and another takes its run over', async () => {
  let began: () => void;
  const begun = new Promise<void>((resolve) => (began = resolve));
  await start(async ({ runId }, workerStops) => {
    if (runId !== 'lock lost') return;
    began();
    await new Promise((_resolve, reject) => {
      workerStops.addEventListener('abort', () => reject(new Error('stopped')));
    });
  });
  await ask('lock lost');
  await begun;
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'consilium-worker' and datname = current_database()`,
  );
  await worker?.lost;
  const { perform, seen } = expectRuns('lock lost');
  await start(perform);
  await seen;
});
