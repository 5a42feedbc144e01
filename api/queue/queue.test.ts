import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunKind } from '../../prisma/client/client.ts';
import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { startQueueWorker, type Perform, type QueueWorker } from './queue-worker.ts';
import { countLivingWorkers, enqueue, installQueue, lanes, schema, type EnqueueOptions } from './queue.ts';

let database: TestDatabase;
const workers = new Set<QueueWorker>();
const warnings: string[] = [];
let printsOfInstall: unknown[];

beforeAll(async () => {
  database = await testDatabase();
  const printed = (['log', 'warn', 'error'] as const).map((method) => jest.spyOn(console, method));
  await Promise.all([1, 2, 3].map(() => installQueue(database.url, console.warn)));
  printsOfInstall = printed.flatMap(({ mock }) => mock.calls);
  for (const spy of printed) spy.mockRestore();
}, 60_000);
afterEach(async () => {
  await Promise.all([...workers].map((worker) => worker.close()));
  workers.clear();
  await database.pool.query(`delete from ${schema}._private_jobs`);
  warnings.length = 0;
});
afterAll(() => database.close());

async function start(perform: Perform, pollMs?: number): Promise<QueueWorker> {
  const warn = (message: string) => void warnings.push(message);
  const worker = await startQueueWorker({ databaseUrl: database.url, perform, warn, pollMs });
  workers.add(worker);
  return worker;
}

async function ask(runId: string, kind: RunKind = 'training', options: EnqueueOptions = {}): Promise<void> {
  await database.prisma.$transaction((tx) => enqueue(tx, kind, runId, options));
}

/** Resolves when so many runs have been begun, with their order. */
function begins(count: number) {
  const order: string[] = [];
  let tell: (order: string[]) => void;
  const all = new Promise<string[]>((resolve) => (tell = resolve));
  const begin = (runId: string): void => {
    order.push(runId);
    if (order.length === count) tell(order);
  };
  return { begin, all };
}

async function expectOrder(...wanted: string[]): Promise<void> {
  const { begin, all } = begins(wanted.length);
  await start(async (runId) => begin(runId));
  expect(await all).toEqual(wanted);
}

const untilStopped: Perform = (_runId, workerStops) =>
  new Promise((resolve) => workerStops.addEventListener('abort', () => resolve()));

async function jobs(): Promise<{ key: string; locked_by: string | null; locked_at: Date | null }[]> {
  const { rows } = await database.pool.query<Awaited<ReturnType<typeof jobs>>[number]>(
    `select key, locked_by, locked_at from ${schema}.jobs`,
  );
  return rows;
}

async function becomes(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(20);
}

test("processes that start at once make the queue's tables once, and print nothing", async () => {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from ${schema}.migrations`,
  );
  expect(rows[0].count).toBeGreaterThan(0);
  expect(printsOfInstall).toEqual([]);
});

test('a run enqueued before any worker has started is done when one starts', async () => {
  await ask('before any worker');
  await expectOrder('before any worker');
});

test('a transaction that is rolled back leaves nothing in the queue', async () => {
  const rolledBack = database.prisma.$transaction(async (tx) => {
    await enqueue(tx, 'training', 'rolled back');
    throw new Error('undone');
  });
  await expect(rolledBack).rejects.toThrow('undone');
  expect(await jobs()).toEqual([]);
});

test('a waiting worker is told of a run by its commit: it need not look', async () => {
  const { begin, all } = begins(1);
  await start(async (runId) => begin(runId), 3_600_000);
  await becomes(async () => {
    const { rows } = await database.pool.query(`select from pg_stat_activity
      where datname = current_database() and application_name = 'consilium-queue' and query ilike 'listen%'`);
    return rows.length === lanes.length;
  });
  await ask('told');
  expect(await all).toEqual(['told']);
});

test('a worker whose connections break goes on with new ones', async () => {
  const { begin, all } = begins(1);
  await start(async (runId) => begin(runId));
  await database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'consilium-queue'`);
  await ask('after the break');
  expect(await all).toEqual(['after the break']);
});

test('a worker that closes as soon as a run is done leaves nothing to take up again', async () => {
  for (const round of [1, 2, 3]) {
    const { begin, all } = begins(1);
    const worker = await start(async (runId) => begin(runId));
    await ask(`done ${round}`);
    await all;
    await worker.close();
  }
  expect(await jobs()).toEqual([]);
  expect(warnings).toEqual([]);
});

test('computing runs go one at a time, in the order in which they were asked for', async () => {
  const events: string[] = [];
  const { begin, all } = begins(2);
  await start(async (runId) => {
    events.push(`begin ${runId}`);
    await wait(100);
    events.push(`end ${runId}`);
    begin(runId);
  });
  await ask('first', 'fusion');
  await ask('second', 'training');
  await all;
  expect(events).toEqual(['begin first', 'end first', 'begin second', 'end second']);
});

test('an import and an experiment do not wait for a computing run', async () => {
  const { begin, all } = begins(3);
  await start((runId, workerStops) => {
    begin(runId);
    return untilStopped(runId, workerStops);
  });
  for (const kind of ['training', 'import', 'experiment', 'fusion'] as const) await ask(kind, kind);
  expect((await all).sort()).toEqual(['experiment', 'import', 'training']);
});

test('two workers compute two runs at once', async () => {
  const { begin, all } = begins(2);
  const perform: Perform = async (runId) => {
    begin(runId);
    await all;
  };
  await start(perform);
  await start(perform);
  expect(await countLivingWorkers(database.prisma)).toBe(2);
  await ask('one');
  await ask('other');
  expect((await all).sort()).toEqual(['one', 'other']);
});

test('what shall be first goes ahead of what waits longer', async () => {
  await ask('waits');
  await ask('waits too');
  await ask('first', 'training', { first: true });
  await expectOrder('first', 'waits', 'waits too');
});

test('a delayed run lets others go ahead, and comes', async () => {
  await database.prisma.$transaction(async (tx) => {
    await enqueue(tx, 'training', 'later', { delayMs: 700 });
    await enqueue(tx, 'training', 'now');
  });
  await expectOrder('now', 'later');
});

test('a run that is enqueued twice is done once; one at work can be enqueued again', async () => {
  await ask('twice');
  await ask('twice');
  const { begin, all } = begins(3);
  const times = new Map<string, number>();
  await start(async (runId) => {
    times.set(runId, (times.get(runId) ?? 0) + 1);
    if (runId === 'again' && times.get(runId) === 1) await ask('again');
    begin(runId);
  });
  await ask('again');
  await all;
  expect(Object.fromEntries(times)).toEqual({ twice: 1, again: 2 });
});

test('unlessThere adds what is missing only: nothing to a run that waits or is at work', async () => {
  const { begin, all } = begins(1);
  await start((runId, workerStops) => {
    begin(runId);
    return untilStopped(runId, workerStops);
  });
  await ask('at work');
  await all;
  await ask('waits');
  const once = () =>
    ['at work', 'waits', 'missing'].map((runId) => ask(runId, 'training', { unlessThere: true }));
  await Promise.all([...once(), ...once()]);
  expect((await jobs()).map(({ key }) => key).sort()).toEqual(['at work', 'missing', 'waits']);
});

test('a run whose work fails does not stand in the way of the next, and is tried again', async () => {
  const { begin, all } = begins(3);
  let failures = 0;
  await start(async (runId) => {
    begin(runId);
    if (runId === 'fails once' && !failures++) throw new Error('the database was away');
  });
  await ask('fails once');
  await ask('next');
  expect(await all).toEqual(['fails once', 'next', 'fails once']);
  expect(warnings.join()).toMatch(/the database was away/);
});

test('a worker whose lock is lost stops itself', async () => {
  const { begin, all } = begins(1);
  const worker = await start((runId, workerStops) => {
    begin(runId);
    return untilStopped(runId, workerStops);
  });
  await ask('lock lost');
  await all;
  await database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'consilium-worker' and datname = current_database()`);
  await worker.lost;
  expect(await countLivingWorkers(database.prisma)).toBe(0);
});

test('what a worker does for longer than four hours stays its own', async () => {
  const { begin, all } = begins(1);
  await start((runId, workerStops) => {
    begin(runId);
    return untilStopped(runId, workerStops);
  });
  await ask('long');
  await all;
  const fiveHoursAgo = new Date(Date.now() - 5 * 3_600_000);
  await database.pool.query(`update ${schema}._private_jobs set locked_at = $1`, [fiveHoursAgo]);
  await becomes(async () => (await jobs())[0]?.locked_at?.getTime() !== fiveHoursAgo.getTime());
  expect((await jobs())[0]?.locked_by).not.toBeNull();
});

describe('a worker process killed with -9', () => {
  let child: ChildProcess;

  /** A worker in a process of its own that has begun this run and never ends it. */
  async function workerAt(runId: string): Promise<void> {
    const script = join(__dirname, '../../tests/helpers/endless-worker.ts');
    child = fork(script, [database.url], { execArgv: ['--import', 'tsx'] });
    await ask(runId);
    expect(await once(child, 'message')).toEqual([runId, undefined]);
  }
  async function kill(): Promise<void> {
    if (child.signalCode) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  afterEach(kill);

  test('leaves its run to a worker that lives', async () => {
    await workerAt('shared');
    const { begin, all } = begins(1);
    await start(async (runId) => begin(runId));
    await kill();
    expect(await all).toEqual(['shared']);
    expect(warnings.join()).toMatch(/is gone, its work is not done/);
  });

  test('leaves its run to the next that starts', async () => {
    await workerAt('orphan');
    await kill();
    await expectOrder('orphan');
  });
});
