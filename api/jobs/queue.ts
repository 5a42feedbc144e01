import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
// DBOS.migrate does the same, but prints to the console.
import { migrateSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { GlobalLogger } from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import pg from 'pg';
import type { Prisma, RunKind } from '../../prisma/client/client.ts';
import { holdWorkerLock, ifDead } from './worker-lock.ts';

/**
 * Durable queues on PostgreSQL. The only file that knows DBOS, whose tables lie in the schema `dbos` of the same
 * database: a run's row and its place in the queue commit in one transaction.
 */

/** Does the work of a run. Rejects only if even the failure could not be written down. */
export type Perform = (
  job: { readonly runId: string; readonly workflowId: string },
  workerStops: AbortSignal,
) => Promise<void>;

export interface Worker {
  readonly id: string;
  /** Resolves if the worker has lost its lock: its process should end, as another worker takes over. */
  readonly lost: Promise<void>;
  /** Stops within a step; what it was doing is left to be resumed by another worker, or at the next start. */
  close(): Promise<void>;
}

/**
 * DBOS resumes only what was enqueued under its own version. Ours changes only when the workflow's steps change,
 * not with every edit, so that an upgrade goes on with what it finds.
 */
const workflowVersion = 'consilium-1';
const workflowName = 'performRun';
const schema = 'dbos';

/**
 * Computing runs go one at a time in a worker: they share its cores. Imports wait for disks and need not
 * queue behind; an experiment waits for the computing runs that it has enqueued.
 */
const queueOf: Record<RunKind, string> = {
  import: 'imports',
  fusion: 'compute',
  training: 'compute',
  evaluation: 'compute',
  experiment: 'experiments',
  agreement: 'compute',
  reproduction: 'experiments',
};
/** A run starts within this time of its commit; a poll is one indexed query. */
const pollMs = 100;
const sweepMs = 2000;
/** Runs that are left to be resumed never end for DBOS, so that a close in mid-run takes this long. */
const drainMs = 1000;

/**
 * Makes the queue's tables, so that a process without a worker can enqueue. Idempotent; where they are there,
 * a worker brings them up to date at its start.
 */
export async function installQueue(databaseUrl: string, warn: (message: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select from pg_proc where proname = 'enqueue_workflow' and pronamespace = to_regnamespace('dbos')`,
    );
    if (rowCount) return;
  } finally {
    await client.end();
  }
  await migrateSystemDatabase(
    databaseUrl,
    new GlobalLogger(undefined, { logger: quietLogger(warn) }),
    schema,
  );
}

/** Puts the run in the queue when the caller's transaction commits. `delayMs`: not before that time from now. */
export async function enqueue(
  tx: Prisma.TransactionClient,
  kind: RunKind,
  runId: string,
  options: { readonly workflowId?: string; readonly delayMs?: number } = {},
): Promise<void> {
  const argument = JSON.stringify(runId);
  const startAt = options.delayMs === undefined ? null : Date.now() + options.delayMs;
  await tx.$executeRaw`select dbos.enqueue_workflow(
    workflow_name => ${workflowName}::text, queue_name => ${queueOf[kind]}::text,
    positional_args => array[${argument}::json], workflow_id => ${options.workflowId ?? runId}::text,
    app_version => ${workflowVersion}::text, delay_until_epoch_ms => ${startAt}::bigint)`;
}

interface Current {
  readonly perform: Perform;
  readonly stop: AbortController;
  readonly atWork: Set<Promise<void>>;
}
let current: Current | undefined;

// One durable step: the run's own record (attempt, epochs, checkpoints) says how far it is, finer than steps could.
void DBOS.registerWorkflow(
  async (runId: string) => {
    const worker = current;
    if (!worker) return never(); // closing: leave it pending, another worker resumes it
    const workflowId = DBOS.workflowID ?? runId;
    const signal = worker.stop.signal;
    // A step that rejects is stored as failed, and a worker that resumes it would meet that failure instead of the work:
    // so a step that ends because its worker stops never ends for DBOS.
    const perform = () =>
      track(worker, worker.perform({ runId, workflowId }, signal)).catch((error: unknown) => {
        if (signal.aborted) return never();
        throw error;
      });
    await DBOS.runStep(perform, { name: 'perform' });
  },
  { name: workflowName, maxRecoveryAttempts: 1000 }, // the run's own count of attempts gives up earlier
);
function track(worker: Current, work: Promise<void>): Promise<void> {
  worker.atWork.add(work);
  return work.finally(() => worker.atWork.delete(work));
}

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly perform: Perform;
  readonly warn: (message: string) => void;
}

/** Takes runs from the queues of this database until closed. One worker a process. */
export async function startQueueWorker({ databaseUrl, perform, warn }: WorkerOptions): Promise<Worker> {
  if (current) throw new Error('this process has a worker already');
  const id = randomUUID();
  const stop = new AbortController();
  const lock = await holdWorkerLock(databaseUrl, id);
  const atWork = new Set<Promise<void>>();
  current = { perform, stop, atWork };
  DBOS.setConfig({
    name: 'consilium',
    systemDatabaseUrl: databaseUrl,
    systemDatabaseSchemaName: schema,
    systemDatabasePoolSize: 5,
    applicationVersion: workflowVersion,
    executorID: id,
    logger: quietLogger((message) => stop.signal.aborted || warn(message)),
  });
  await DBOS.launch();
  for (const name of new Set(Object.values(queueOf))) {
    await DBOS.registerQueue(name, {
      workerConcurrency: 1,
      minPollingIntervalMs: pollMs,
      onConflict: 'always_update',
    });
  }
  const sweeper = startSweeper(databaseUrl, id, warn);

  let closing = false;
  async function close(): Promise<void> {
    if (closing) return;
    closing = true;
    stop.abort(new Error('the worker is stopping'));
    current = undefined;
    await sweeper.stop();
    await Promise.allSettled(atWork);
    // What is done gets its time to be written down as done, or the next worker would take it for a dead one's.
    await DBOS.shutdown({ workflowCompletionTimeoutMS: drainMs });
    await lock.release();
  }
  const lost = lock.lost.then(async () => {
    if (closing) return never();
    await close();
  });
  return { id, lost, close };
}

/** Looks for runs of dead workers now and then every two seconds, and puts them back into their queues. */
function startSweeper(databaseUrl: string, self: string, warn: (message: string) => void) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    try {
      await resumeDeadWorkersRuns(databaseUrl, self, warn);
    } catch (error) {
      warn(`looking for dead workers failed, will look again: ${String(error)}`);
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = round();
    }, sweepMs);
  };
  let running = round();
  return {
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function resumeDeadWorkersRuns(
  databaseUrl: string,
  self: string,
  warn: (message: string) => void,
): Promise<void> {
  const workers = new Set((await pendingWorkflows()).map(({ executorId }) => executorId));
  for (const worker of workers) {
    if (!worker || worker === self) continue;
    await ifDead(databaseUrl, worker, async () => {
      for (const { workflowID, queueName } of await pendingWorkflows(worker)) {
        warn(`worker ${worker} is gone, its run ${workflowID} is not done: taking it up again`);
        await DBOS.resumeWorkflow(workflowID, { queueName });
      }
    });
  }
}

function pendingWorkflows(executorId?: string) {
  return DBOS.listWorkflows({
    status: 'PENDING',
    executorId,
    workflowName,
    loadInput: false,
    loadOutput: false,
  });
}

/** DBOS tells of every launch and poll; what a person must know are its warnings and errors. */
function quietLogger(warn: (message: string) => unknown) {
  const tell = (entry: unknown): void => {
    warn(entry instanceof Error ? entry.message : typeof entry === 'string' ? entry : JSON.stringify(entry));
  };
  return { info: () => undefined, debug: () => undefined, warn: tell, error: tell };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
