import { startQueueWorker } from '../../api/queue/queue-worker.ts';

/** A worker process for tests of its death: tells its parent which run it has begun, and never ends it. */
const [databaseUrl] = process.argv.slice(2);
if (!databaseUrl) throw new Error('usage: endless-worker.ts <database url>');

await startQueueWorker({
  databaseUrl,
  perform: (runId) => {
    process.send?.(runId);
    return new Promise(() => undefined);
  },
  warn: (message) => process.stderr.write(`${message}\n`),
});
