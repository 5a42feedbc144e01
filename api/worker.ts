import { loadConfig } from './config.ts';
import { createApp } from './context.ts';
import { environment } from './worker/environment.ts';
import { startWorker } from './worker/start-worker.ts';
import { endWith, program, wrongSettings } from './program.ts';

const longestStopMs = 10_000;

/**
 * A worker process: `npm run worker` adds one on this or another machine, and `npm start` keeps one as its child, so
 * that long computations never hold up the server's answers. Stopped by a signal it leaves its run to be resumed.
 */
async function main(): Promise<void> {
  // Said at the start, not with the first run; a backend that was asked for and is not there will not come by waiting.
  await environment().catch((error: unknown) => endWith(error, wrongSettings));
  const app = await createApp(loadConfig());
  const worker = await startWorker(app.context);
  app.context.log.info(`this worker takes runs (process ${process.pid})`);
  process.send?.('ready');

  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(code), longestStopMs).unref(); // a database that is away must not hold it
    await worker.close();
    await app.close();
    process.exit(code);
  };
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => void stop(0));
  process.on('disconnect', () => void stop(0)); // the server whose child it is has gone
  void worker.lost.then(() => {
    app.context.log.warn('the connection that shows this worker alive was lost: it ends, another takes over');
    return stop(1);
  });
}

await program(main);
