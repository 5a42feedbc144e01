import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { installQueue, schema } from '../queue/queue.ts';
import { requests } from '../requests/requests.ts';
import { assertOwner, beginRun, endFailed, endSucceeded, maximumDeaths, saveProgress } from './run-state.ts';
import { cancelRun, createRun } from './runs.service.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await installQueue(database.url, console.warn);
}, 60_000);
afterAll(() => database.close());

/** Any kind of work will do: here the import { requests } from '../requests/requests.ts';
import of a folder of this name. */
function ask(path: string, { seed = 1, again = false } = {}) {
  const request = requests.import.parse({ path });
  const asked = { kind: 'import', request, seed, actor: 'tester', again } as const;
  return database.prisma.$transaction((tx) => createRun(tx, asked));
}

async function begin(name: string) {
  const { run } = await ask(name);
  const begun = await beginRun(database.prisma, run.id, { backend: 'cpu' });
  if (!begun) throw new Error('not begun');
  return { runId: begun.id, attempt: begun.attempt };
}

function cancel(id: string) {
  return cancelRun({ prisma: database.prisma, actor: 'tester' }, id);
}

function find(id: string) {
  return database.prisma.run.findUniqueOrThrow({ where: { id } });
}

async function queued(runId: string): Promise<number> {
  const { rows } = await database.pool.query(`select from ${schema}.jobs where key = $1`, [runId]);
  return rows.length;
}

test('twenty that ask for the same work at once get one run, enqueued once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('at once')));
  expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await queued(answers[0]?.run.id ?? '')).toBe(1);
});

test('another seed is another run', async () => {
  const [one, other] = [await ask('seeds', { seed: 1 }), await ask('seeds', { seed: 2 })];
  expect(one.run.id).not.toBe(other.run.id);
});

test('again asks for the same work once more, and later requests are answered by the newest run', async () => {
  const first = await begin('once more');
  await endSucceeded(database.prisma, first, { result: {} });
  const second = await ask('once more', { again: true });
  expect(second).toMatchObject({ created: true, run: { repetition: 1 } });
  expect(second.run.id).not.toBe(first.runId);
  expect(await ask('once more')).toMatchObject({ created: false, run: { id: second.run.id } });
  await cancel(second.run.id);
  expect((await ask('once more')).run.id).toBe(first.runId);
});

test('a failed run does not answer for later requests, a succeeded one does', async () => {
  const first = await begin('again');
  await endFailed(database.prisma, first, 'INTERNAL', new Error('broke'));
  const second = await begin('again');
  expect(second.runId).not.toBe(first.runId);
  await endSucceeded(database.prisma, second, { result: {} });
  expect((await ask('again')).run.id).toBe(second.runId);
});

test('a queued run is cancelled at once and cannot begin', async () => {
  const { run } = await ask('queued cancel');
  expect((await cancel(run.id)).status).toBe('cancelled');
  expect(await beginRun(database.prisma, run.id, {})).toBeNull();
  expect((await find(run.id)).attempt).toBe(0);
});

test('a cancelled run stays as it is when asked again, and writes one audit event a deed', async () => {
  const { run } = await ask('cancel twice');
  const first = await cancel(run.id);
  expect(await cancel(run.id)).toEqual(first);
  const events = await database.prisma.auditEvent.findMany({
    where: { subjectId: run.id },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual(['requested', 'cancelled']);
});

test('a running run without any living worker ends at once when cancelled', async () => {
  const owner = await begin('orphan');
  expect((await cancel(owner.runId)).status).toBe('cancelled');
});

test('an unknown run cannot be cancelled', async () => {
  await expect(cancel('00000000-0000-7000-8000-000000000000')).rejects.toThrow(/no run/);
});

test('a cancel that comes first wins over success: nothing is written', async () => {
  const owner = await begin('race');
  await database.prisma.run.update({ where: { id: owner.runId }, data: { cancelRequestedAt: new Date() } });
  let written = false;
  const done = await endSucceeded(database.prisma, owner, {
    result: {},
    write: async () => void (written = true),
  });
  expect([done, written]).toEqual([false, false]);
});

test('an ended run never changes', async () => {
  const owner = await begin('ended');
  await endSucceeded(database.prisma, owner, { result: { answer: 42 } });
  const ended = await find(owner.runId);
  await endFailed(database.prisma, owner, 'INTERNAL', new Error('too late'));
  await expect(saveProgress(database.prisma, owner, 0.5, 'late')).rejects.toThrow(/no longer its owner/);
  await expect(endSucceeded(database.prisma, owner, { result: {} })).rejects.toThrow(/no longer its owner/);
  expect(await beginRun(database.prisma, owner.runId, {})).toBeNull();
  await cancel(owner.runId);
  expect(await find(owner.runId)).toEqual(ended);
});

test('an attempt that was taken over may write nothing more', async () => {
  const first = await begin('taken over');
  const second = await beginRun(database.prisma, first.runId, {});
  expect(second?.attempt).toBe(2);
  await expect(database.prisma.$transaction((tx) => assertOwner(tx, first))).rejects.toThrow(
    /no longer its owner/,
  );
  await endFailed(database.prisma, first, 'INTERNAL', new Error('old'));
  expect((await find(first.runId)).status).toBe('running');
});

test('a run whose worker died too often is given up', async () => {
  const { runId } = await begin('deadly');
  for (let attempt = 2; attempt <= maximumDeaths; attempt++) await beginRun(database.prisma, runId, {});
  expect(await beginRun(database.prisma, runId, {})).toBeNull();
  expect(await find(runId)).toMatchObject({
    status: 'failed',
    errorCode: 'WORKER_DIED',
    attempt: maximumDeaths,
  });
});

test('a run that gets further between the deaths of its workers is not', async () => {
  const { runId } = await begin('slow but steady');
  for (let attempt = 2; attempt <= 2 * maximumDeaths; attempt++) {
    const begun = await beginRun(database.prisma, runId, {});
    expect(begun).toMatchObject({ attempt, deaths: 1 });
    await saveProgress(database.prisma, { runId, attempt }, attempt / 100, 'further');
  }
  expect(await find(runId)).toMatchObject({ status: 'running', deaths: 0 });
});

test('progress never goes back', async () => {
  const owner = await begin('progress');
  await saveProgress(database.prisma, owner, 0.6, 'far');
  await saveProgress(database.prisma, owner, 0.2, 'resumed');
  expect(await find(owner.runId)).toMatchObject({ progress: 0.6, stage: 'resumed' });
});

test('a failure keeps code, message and stack, with its cause', async () => {
  const owner = await begin('failing');
  const error = new Error('outer', { cause: new Error('inner') });
  await endFailed(database.prisma, owner, 'BAD_MANIFEST', error);
  const run = await find(owner.runId);
  expect(run).toMatchObject({ errorCode: 'BAD_MANIFEST', errorMessage: 'outer' });
  expect(run.errorStack).toMatch(/outer[^]*caused by: [^]*inner/);
});
