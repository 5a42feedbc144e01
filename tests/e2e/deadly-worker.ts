import { loadConfig } from '../../api/config.ts';
import { createApp } from '../../api/context.ts';
import type { Job } from '../../api/jobs/job.ts';
import { startQueueWorker } from '../../api/queue/queue-worker.ts';
import { createPerform } from '../../api/worker/perform-run.ts';

/** A worker process whose jobs kill it, as the system does when memory runs out. */
const { context } = await createApp(loadConfig());

const die: Job = {
  async perform() {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
};
const jobs = {
  import: die,
  fusion: die,
  training: die,
  evaluation: die,
  experiment: die,
  agreement: die,
  reproduction: die,
  purge: die,
};
const { databaseUrl, log } = context;
const perform = createPerform(context, jobs);
await startQueueWorker({ databaseUrl, perform, warn: (message) => log.warn(message) });
