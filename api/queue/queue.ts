import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { RunKind } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';
import { livingWorkersSql } from './worker-lock.ts';

/**
 * Durable queues on PostgreSQL, kept by graphile-worker in a schema of the same database: a run's row and its job
 * commit in one transaction. Only this folder depends on graphile-worker.
 */
export const schema = 'consilium_queue';

/**
 * A worker has one lane of each kind. Computing runs are performed one at a time, because they share its cores. Imports
 * wait for disks and need not queue behind them; an experiment or a reproduction waits for its own computing runs; a
 * purge waits for nobody but the runs that it has cancelled.
 */
export const lanes = ['compute', 'import', 'experiment', 'purge'] as const;
const laneOf: Record<RunKind, (typeof lanes)[number]> = {
  import: 'import',
  fusion: 'compute',
  training: 'compute',
  evaluation: 'compute',
  experiment: 'experiment',
  agreement: 'compute',
  reproduction: 'experiment',
  purge: 'purge',
};

/** SQL: the lane of the run kind in `column`. */
export function laneSql(column: string): string {
  const cases = Object.entries(laneOf).map(([kind, lane]) => `when '${kind}' then '${lane}'`);
  return `case ${column}::text ${cases.join(' ')} end`;
}

/** The run decides when to give up, not the queue: this is the largest number that the column can hold. */
const maximumTries = 32_767;

export type Warn = (message: string) => void;

/** Creates the queue's tables, or brings them up to date. Safe if several processes start at once. */
export async function installQueue(databaseUrl: string, warn: Warn): Promise<void> {
  const pgPool = openPool(databaseUrl);
  try {
    await runMigrations({ pgPool, schema, logger: createLogger(warn) });
  } finally {
    await pgPool.end();
  }
}

export interface EnqueueOptions {
  /** Delay before the job may start. */
  readonly delayMs?: number;
  /** Ahead of all waiting jobs. */
  readonly first?: boolean;
  /** Changes nothing if the run already has a job, waiting or running. */
  readonly unlessThere?: boolean;
}

/**
 * Puts the run in the queue when the caller's transaction commits. A run has only one pending job: this one replaces a
 * waiting job, or the next try of a running one.
 */
export async function enqueue(
  db: Database,
  kind: RunKind,
  runId: string,
  { delayMs = 0, first = false, unlessThere = false }: EnqueueOptions = {},
): Promise<void> {
  await db.$executeRawUnsafe(
    `select ${schema}.add_job($1::text, json_build_object('runId', $2::text), job_key => $2::text,
       run_at => now() + $3 * interval '1 ms', max_attempts => ${maximumTries},
       priority => $4::int, job_key_mode => $5::text)`,
    laneOf[kind],
    runId,
    delayMs,
    first ? -1 : 0,
    unlessThere ? 'unsafe_dedupe' : 'replace',
  );
}

export async function countLivingWorkers(db: Database): Promise<number> {
  const [row] = await db.$queryRawUnsafe<{ count: number }[]>(livingWorkersSql);
  return row?.count ?? 0;
}

/** Connections whose failure does not end the process: the next query gets a new one. */
export function openPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5, application_name: 'consilium-queue' });
  const ignore = (): void => undefined;
  return pool.on('error', ignore).on('connect', (client) => void client.on('error', ignore));
}

/** graphile-worker logs every job; only its warnings and errors are passed on. */
export function createLogger(warn: Warn): Logger {
  const reportedLevels: readonly string[] = ['warning', 'error'];
  return new Logger(() => (level, message) => {
    if (reportedLevels.includes(level)) warn(message);
  });
}
