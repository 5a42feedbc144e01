import { loadConfig } from '../../api/config.ts';
import { createApp } from '../../api/context.ts';
import { purgeJob } from '../../api/jobs/purge.job.ts';
import type { Jobs } from '../../api/jobs/job.ts';
import { startQueueWorker } from '../../api/queue/queue-worker.ts';
import { createPerform } from '../../api/worker/perform-run.ts';

/** A worker process that is killed in a purge: it has deleted files, and not yet committed that it did. */
const { context } = await createApp(loadConfig());
const { databaseUrl, log, blobs } = context;

const deadly: typeof blobs = {
  ...blobs,
  removePurged: (client, names) =>
    blobs.removePurged(
      {
        query: ((text: string, values: unknown[]) => {
          if (text.startsWith('update blobs')) process.kill(process.pid, 'SIGKILL');
          return client.query(text, values);
        }) as typeof client.query,
      },
      names,
    ),
};
const jobs = { purge: purgeJob } as Partial<Jobs> as Jobs;
const perform = createPerform({ ...context, blobs: deadly }, jobs);
await startQueueWorker({ databaseUrl, perform, warn: (message) => log.warn(message) });
