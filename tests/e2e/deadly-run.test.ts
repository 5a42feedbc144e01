import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Run } from '../../prisma/client/client.ts';
import { maximumDeaths } from '../../api/runs/run-state.ts';
import { createRun } from '../../api/runs/runs.service.ts';
import { startWorker } from '../../api/worker/start-worker.ts';
import { requests } from '../../api/requests/requests.ts';
import { testJobContext, type TestJobContext } from '../helpers/job-context.ts';

/** A run that kills the worker process at work on it, again and again. */

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

async function ask(): Promise<Run> {
  const request = requests.import.parse({ path: 'nowhere' });
  const asked = { kind: 'import', request, seed: 1, actor: 'tester' } as const;
  return (await context.prisma.$transaction((tx) => createRun(tx, asked))).run;
}

const find = (id: string): Promise<Run> => context.prisma.run.findUniqueOrThrow({ where: { id } });

/** A worker process that takes the run and dies of it. */
async function oneDeath(): Promise<void> {
  const child = fork(join(__dirname, 'deadly-worker.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: context.databaseUrl, CONSILIUM_BACKEND: 'cpu' },
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

test('a run that has killed five workers ends as WORKER_DIED and is not begun again', async () => {
  const { id } = await ask();
  for (let death = 1; death <= maximumDeaths; death++) {
    await oneDeath();
    expect(await find(id)).toMatchObject({ status: 'running', attempt: death });
  }
  const worker = await startWorker(context);
  const changes = context.pubsub.runChanges(id);
  do await changes.next();
  while (!(await find(id)).finishedAt);
  await changes.return(undefined);
  await worker.close();
  expect(await find(id)).toMatchObject({
    status: 'failed',
    errorCode: 'WORKER_DIED',
    attempt: maximumDeaths,
    errorMessage: expect.stringMatching(/died 5 times without the run getting any further/) as string,
  });
});
