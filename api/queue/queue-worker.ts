import { setTimeout as wait } from 'node:timers/promises';
import { runTaskList, type WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { createLogger, lanes, openPool, schema, type Warn } from './queue.ts';
import { isHeld, openWorkerLock, type WorkerLock } from './worker-lock.ts';

/** Does the work of a run. Where it rejects, it is tried again later. */
export type Perform = (runId: string, workerStops: AbortSignal) => Promise<void>;

export interface QueueWorker {
  /** Resolves if the worker has lost its lock: its process should end, as another worker takes over. */
  readonly lost: Promise<void>;
  /** Aborts the signal of what it does, and waits for it. */
  close(): Promise<void>;
}

export interface QueueWorkerOptions {
  readonly databaseUrl: string;
  readonly perform: Perform;
  readonly warn: Warn;
  /** New runs are announced. Polling is for delayed runs and for messages lost with a broken connection. */
  readonly pollMs?: number;
}

const sweepMs = 2000;

/** Takes runs from every lane, one at a time, until closed. */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { databaseUrl, perform, pollMs: pollInterval = 1000 } = options;
  const stop = new AbortController();
  const warn: Warn = (message) => {
    if (!stop.signal.aborted) options.warn(message);
  };
  const lock = await openWorkerLock(databaseUrl);
  const pgPool = openPool(databaseUrl);
  const shared = { schema, concurrency: 1, pollInterval, noHandleSignals: true, logger: createLogger(warn) };
  const pools = lanes.map((lane) => {
    const work = (payload: unknown) => perform((payload as { runId: string }).runId, stop.signal);
    return runTaskList({ ...shared, preset: lockedPreset(lock) }, { [lane]: work }, pgPool);
  });
  const sweeping = sweepUntil(stop.signal, pgPool, pools, warn);

  async function close(): Promise<void> {
    if (stop.signal.aborted) return;
    stop.abort(new Error('the worker is stopping'));
    await Promise.allSettled([sweeping, ...pools.map((pool) => pool.gracefulShutdown())]);
    await pgPool.end();
    await lock.release();
  }
  const broken = Promise.race([lock.lost, ...pools.map(({ promise }) => promise.catch(() => undefined))]);
  const lost = broken.then(() => (stop.signal.aborted ? new Promise<void>(() => undefined) : close()));
  return { lost, close };
}

/** graphile-worker marks a job with its pool's id; the pool holds the lock of that name before it takes a job. */
function lockedPreset(lock: WorkerLock): GraphileConfig.Preset {
  const plugin: GraphileConfig.Plugin = {
    name: 'consilium-worker-lock',
    version: '1.0.0',
    worker: { hooks: { startWorker: (_context, { worker }) => lock.hold(worker.workerPool.id) } },
  };
  return { plugins: [plugin] };
}

/** Looks for jobs of dead workers, at once and then every two seconds. */
async function sweepUntil(
  signal: AbortSignal,
  pgPool: pg.Pool,
  pools: readonly WorkerPool[],
  warn: Warn,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await keepJobs(pgPool, pools);
      for (const worker of await unlockDeadWorkersJobs(pgPool)) {
        warn(`worker ${worker} is gone, its work is not done: it is taken up again`);
        for (const pool of pools) pool.nudge(1);
      }
    } catch (error) {
      warn(`looking for dead workers failed, will look again: ${String(error)}`);
    }
    await wait(sweepMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Relies on locks, not on clocks. Idempotent, so several workers may do it at once. */
async function unlockDeadWorkersJobs(pgPool: pg.Pool): Promise<string[]> {
  const { rows } = await pgPool.query<{ worker: string }>(
    `with dead as (select distinct locked_by as worker from ${schema}.jobs
       where locked_by is not null and not ${isHeld('locked_by')})
     select worker, ${schema}.force_unlock_workers(array[worker]) from dead`,
  );
  return rows.map(({ worker }) => worker);
}

/**
 * graphile-worker unlocks every job after four hours, since it has no other way to detect a dead worker. A training may
 * take days, so its lock is renewed. This one column is not part of graphile-worker's public interface.
 */
async function keepJobs(pgPool: pg.Pool, pools: readonly WorkerPool[]): Promise<void> {
  await pgPool.query(
    `update ${schema}._private_jobs set locked_at = now()
     where locked_by = any($1) and locked_at < now() - interval '1 hour'`,
    [pools.map(({ id }) => id)],
  );
}
