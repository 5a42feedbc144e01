import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { DivergedError, InputError } from '../../ml/errors.ts';
import type { Run } from '../../prisma/client/client.ts';
import { createRun } from '../runs/runs.service.ts';
import type { Outcome } from './job.ts';
import { createPerform } from './perform-run.ts';

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

let seed = 0;
const request = { path: 'a folder', skipBad: false, format: null, options: {}, after: null };

/** The run of an import, after `work` was its job. */
async function performed(work: (runId: string) => Promise<Outcome>): Promise<Run> {
  const { run } = await context.prisma.$transaction((tx) =>
    createRun(tx, { kind: 'import', request, seed: seed++, actor: 'tester' }),
  );
  const job = { perform: () => work(run.id) };
  const jobs = {
    import: job,
    fusion: job,
    training: job,
    evaluation: job,
    experiment: job,
    agreement: job,
    reproduction: job,
  };
  const workerStops = new AbortController().signal;
  await createPerform(context, jobs)({ runId: run.id, workflowId: run.id }, workerStops);
  return context.prisma.run.findUniqueOrThrow({ where: { id: run.id } });
}

/** The end of an import whose user cancels it just before the job hands over its outcome. */
async function cancelledAtItsEnd(outcome: Outcome): Promise<string> {
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
  expect(await cancelledAtItsEnd({ result: {}, write })).toBe('cancelled');
  expect(written).toBe(false);
});

test('a cancel that comes after a job has committed its work is too late: the run says what is there', async () => {
  expect(await cancelledAtItsEnd({ result: { imagesAdded: 3 }, committed: true })).toBe('succeeded');
});

test.each<[string, Error]>([
  ['INVALID_INPUT', new InputError("image 'a' has no fused mask")],
  ['DIVERGED', new DivergedError('the loss is NaN in epoch 2, step 7')],
  ['INTERNAL', new RangeError('conv: shapes differ')],
])('a failed run has the code %s, which tells bad input from a bug', async (code, error) => {
  const run = await performed(() => Promise.reject(error));
  expect(run).toMatchObject({ status: 'failed', errorCode: code, errorMessage: error.message });
});
