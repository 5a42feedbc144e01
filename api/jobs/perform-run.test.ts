import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { createRun } from '../runs/runs.service.ts';
import type { Job, Outcome } from './job.ts';
import { createPerform } from './perform-run.ts';

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

/** Performs an import whose user cancels it just before the job hands over its outcome. */
async function cancelledAtItsEnd(seed: number, outcome: Outcome): Promise<string> {
  const config = { path: 'a folder' };
  const { run } = await context.prisma.$transaction((tx) =>
    createRun(tx, { kind: 'import', config, seed, actor: 'tester' }),
  );
  const job: Job = {
    async perform() {
      await context.prisma.run.update({ where: { id: run.id }, data: { cancelRequestedAt: new Date() } });
      return outcome;
    },
  };
  const jobs = {
    import: job,
    fusion: job,
    training: job,
    evaluation: job,
    experiment: job,
    agreement: job,
  };
  const workerStops = new AbortController().signal;
  await createPerform(context, jobs)({ runId: run.id, workflowId: run.id }, workerStops);
  return (await context.prisma.run.findUniqueOrThrow({ where: { id: run.id } })).status;
}

test('a cancel that comes before the results are written wins: none are', async () => {
  let written = false;
  const write = async () => {
    written = true;
  };
  expect(await cancelledAtItsEnd(1, { result: {}, write })).toBe('cancelled');
  expect(written).toBe(false);
});

test('a cancel that comes after a job has committed its work is too late: the run says what is there', async () => {
  expect(await cancelledAtItsEnd(2, { result: { imagesAdded: 3 }, committed: true })).toBe('succeeded');
});
