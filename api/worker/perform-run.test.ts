import { GraphQLError } from 'graphql';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { DivergedError, InputError } from '../../ml/errors.ts';
import type { Job, JobInput, Outcome } from '../jobs/job.ts';
import type { Run } from '../../prisma/client/client.ts';
import { startQueueWorker, type Perform } from '../queue/queue-worker.ts';
import { schema } from '../queue/queue.ts';
import { maximumDeaths } from '../runs/run-state.ts';
import { cancelRun, createRun, enqueueMissing } from '../runs/runs.service.ts';
import { requests } from '../requests/requests.ts';
import { createPerform } from './perform-run.ts';

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

let seed = 0;
const request = requests.import.parse({ path: 'a folder' });

async function asked(): Promise<Run> {
  const asked = { kind: 'import', request, seed: seed++, actor: 'tester' } as const;
  return (await context.prisma.$transaction((tx) => createRun(tx, asked))).run;
}

const performAll = (job: Job): Perform =>
  createPerform(context, {
    import: job,
    fusion: job,
    training: job,
    evaluation: job,
    experiment: job,
    agreement: job,
    reproduction: job,
    purge: job,
  });

const find = (id: string): Promise<Run> => context.prisma.run.findUniqueOrThrow({ where: { id } });

/** The run of an import, after `work` was its job. */
async function performed(work: (runId: string) => Promise<Outcome>): Promise<Run> {
  const { id } = await asked();
  await performAll({ perform: () => work(id) })(id, new AbortController().signal);
  return find(id);
}

/** The end of an import whose user cancels it just before the job hands over its outcome. */
async function cancelledAtEnd(outcome: Outcome): Promise<string> {
  const { status } = await performed(async (id) => {
    await context.prisma.run.update({ where: { id }, data: { cancelRequestedAt: new Date() } });
    return outcome;
  });
  return status;
}

test('a cancel that comes before the results are written wins: none are', async () => {
  let written = false;
  const write = async () => {
    written = true;
  };
  expect(await cancelledAtEnd({ result: {}, write })).toBe('cancelled');
  expect(written).toBe(false);
});

test('a cancel that comes after a job has committed its work is too late: the run says what is there', async () => {
  expect(await cancelledAtEnd({ result: { imagesAdded: 3 }, committed: true })).toBe('succeeded');
});

test.each<[string, Error]>([
  ['INVALID_INPUT', new InputError("image 'a' has no fused mask")],
  ['DIVERGED', new DivergedError('the loss is NaN in epoch 2, step 7')],
  ['INTERNAL', new RangeError('conv: shapes differ')],
])('a failed run has the code %s, which tells bad input from a bug', async (code, error) => {
  const run = await performed(() => Promise.reject(error));
  expect(run).toMatchObject({ status: 'failed', errorCode: code, errorMessage: error.message });
});

test('a failure whose message no database keeps is stored all the same', async () => {
  const run = await performed(() => Promise.reject(new InputError('no file \0x')));
  expect(run).toMatchObject({ status: 'failed', errorMessage: 'no file \\0x' });
  const result = await performed(async () => ({ result: { dataset: 'a\0b', 'c\0': ['d\0'] } }));
  expect(result).toMatchObject({ status: 'succeeded', result: { dataset: 'a\\0b', 'c\\0': ['d\\0'] } });
});

test('a failure that cannot be stored does not leave its run open', async () => {
  const odd = new GraphQLError('odd', { extensions: { code: 'ODD\0' } });
  const run = await performed(() => Promise.reject(odd));
  expect(run).toMatchObject({ status: 'failed', errorCode: 'INTERNAL' });
  expect(run.errorMessage).toBe('its error could not be stored; the log of the worker has it');
});

const endless = ({ signal }: JobInput): Promise<Outcome> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    signal.throwIfAborted();
  });

/** Waits until a condition holds for the run, as whoever follows it would. */
async function becomes(id: string, condition: (run: Run) => boolean): Promise<Run> {
  const changes = context.pubsub.runChanges(id);
  while (!(await changes.next()).done) {
    const run = await find(id);
    if (!condition(run)) continue;
    await changes.return(undefined);
    return run;
  }
  throw new Error(`run ${id}: it never came to that`);
}

function start(perform: Perform) {
  const warn = (message: string): void => context.log.warn(message);
  return startQueueWorker({ databaseUrl: context.databaseUrl, perform, warn });
}

test('a worker that stops in good order hands its run back, however often: no death', async () => {
  const { id } = await asked();
  for (let stop = 1; stop <= maximumDeaths + 2; stop++) {
    const worker = await start(performAll({ perform: endless }));
    await becomes(id, ({ attempt, status }) => attempt === stop && status === 'running');
    await worker.close();
    expect(await find(id)).toMatchObject({ status: 'queued', deaths: 0 });
  }
  const worker = await start(performAll({ perform: async () => ({ result: {} }) }));
  expect(await becomes(id, ({ finishedAt }) => finishedAt !== null)).toMatchObject({ status: 'succeeded' });
  await worker.close();
});

test('what was handed back goes ahead of what waits', async () => {
  const [begun, waiting] = [await asked(), await asked()];
  const first = await start(performAll({ perform: endless }));
  await becomes(begun.id, ({ status }) => status === 'running');
  await first.close();
  const order: string[] = [];
  const second = await start(
    performAll({
      perform: async ({ run }) => {
        order.push(run.id);
        return { result: {} };
      },
    }),
  );
  await becomes(waiting.id, ({ finishedAt }) => finishedAt !== null);
  await second.close();
  expect(order).toEqual([begun.id, waiting.id]);
});

test('a run that is cancelled while its worker stops ends cancelled', async () => {
  const { id } = await asked();
  const stop = new AbortController();
  const perform = performAll({
    async perform(input) {
      await context.prisma.run.update({ where: { id }, data: { cancelRequestedAt: new Date() } });
      stop.abort(new Error('the worker is stopping'));
      return endless(input);
    },
  });
  await perform(id, stop.signal);
  expect((await find(id)).status).toBe('cancelled');
});

test('a run whose turn has not come says what it waits for, and leaves the worker free for it', async () => {
  const [evaluation, control] = [await asked(), await asked()];
  const waitsFor = async (_context: unknown, run: Run): Promise<string | null> => {
    const { finishedAt } = await find(control.id);
    return run.id === evaluation.id && !finishedAt ? 'its control' : null;
  };
  const stages: string[] = [];
  const worker = await start(
    performAll({
      waitsFor,
      async perform() {
        stages.push((await find(evaluation.id)).stage);
        return { result: {} };
      },
    }),
  );
  await becomes(evaluation.id, ({ finishedAt }) => finishedAt !== null);
  await worker.close();
  expect(stages).toEqual(['waits for its control', 'starting']);
});

test('a running run is cancelled: its job hears of it by its signal', async () => {
  const { id } = await asked();
  const worker = await start(performAll({ perform: endless }));
  await becomes(id, ({ status }) => status === 'running');
  await cancelRun(context, id);
  expect((await becomes(id, ({ finishedAt }) => finishedAt !== null)).status).toBe('cancelled');
  await worker.close();
});

test('runs of version 0.1.0, which have no job in this queue, get one each, whoever starts at once', async () => {
  const [queued, running, ended] = [await asked(), await asked(), await asked()];
  await context.prisma.run.update({ where: { id: running.id }, data: { status: 'running', attempt: 1 } });
  await cancelRun(context, ended.id);
  await context.pool.query(`delete from ${schema}._private_jobs`);
  await Promise.all([1, 2, 3].map(() => enqueueMissing(context.prisma)));
  const { rows } = await context.pool.query<{ key: string }>(`select key from ${schema}.jobs order by id`);
  expect(rows.map(({ key }) => key)).toEqual([queued.id, running.id]);
  const worker = await start(performAll({ perform: async () => ({ result: {} }) }));
  for (const { id } of [queued, running]) await becomes(id, ({ finishedAt }) => finishedAt !== null);
  await worker.close();
  expect(await find(running.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
});
