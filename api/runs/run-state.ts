import type { Prisma, Run } from '../../prisma/client/client.ts';
import type { Database, PrismaClient } from '../db.ts';
import { runChannel } from '../pubsub.ts';
import { enqueue } from '../queue/queue.ts';
import { storable } from '../storage/storable.ts';

/**
 * The states of a run: queued → running → succeeded | failed | cancelled, or queued → cancelled; from running back to
 * queued when its worker shuts down properly. Each step is one guarded UPDATE, so that an ended run never changes,
 * whoever else is at work on it. A running run belongs to its newest attempt: an older one (a worker thought dead)
 * finds its writes refused.
 */
export interface Attempt {
  readonly runId: string;
  readonly attempt: number;
}

/** The run has ended, or another attempt has taken it over. Whoever catches this stops and writes nothing. */
export class RunLostError extends Error {
  constructor({ runId, attempt }: Attempt) {
    super(`run ${runId}: attempt ${attempt} is no longer its owner`);
    this.name = 'RunLostError';
  }
}

/** A run whose worker died this often without progress is given up: it probably kills its workers (out of memory). */
export const maximumDeaths = 5;

/** Tells subscribers when the transaction commits. */
export async function announce(db: Database, runId: string): Promise<void> {
  await db.$executeRaw`select pg_notify(${runChannel}::text, ${runId}::text)`;
}

/** The run, now running under a new attempt. Null if it had ended, or was ended here. */
export async function beginRun(
  prisma: PrismaClient,
  runId: string,
  environment: Prisma.InputJsonValue,
): Promise<Run | null> {
  await endUnresumable(prisma, runId);
  const begun = await prisma.$transaction(async (tx) => {
    // A run that is already running was not requeued: its worker died.
    const count = await tx.$executeRaw`update runs set status = 'running', attempt = attempt + 1,
      deaths = deaths + (status = 'running')::int, started_at = coalesce(started_at, now()),
      environment = ${environment}::jsonb, stage = 'starting'
      where id = ${runId}::uuid and status in ('queued', 'running') and cancel_requested_at is null`;
    if (count) await announce(tx, runId);
    return count > 0;
  });
  if (begun) return prisma.run.findUniqueOrThrow({ where: { id: runId } });
  await endUnresumable(prisma, runId); // its cancellation may have come between
  return null;
}

/** Ends a run that waits for its next attempt but must not get one. */
async function endUnresumable(prisma: PrismaClient, runId: string): Promise<void> {
  const run = await prisma.run.findUnique({ where: { id: runId } });
  if (run?.status !== 'running') return;
  if (run.cancelRequestedAt) return endCancelled(prisma, { runId, attempt: run.attempt });
  const deaths = run.deaths + 1;
  if (deaths < maximumDeaths) return;
  const error = new Error(
    `its worker died ${deaths} times without the run getting any further; perhaps it ran out of memory`,
  );
  await endFailed(prisma, { runId, attempt: run.attempt }, 'WORKER_DIED', error);
}

/**
 * Puts a run whose worker stops back into the queue, ahead of runs that have not started. This does not count as a
 * death. A run with a requested cancellation ends instead.
 */
export async function requeue(prisma: PrismaClient, owner: Attempt): Promise<void> {
  const { runId: id, attempt } = owner;
  const requeued = await prisma.$transaction(async (tx) => {
    const [run] = await tx.run.updateManyAndReturn({
      where: { id, status: 'running', attempt, cancelRequestedAt: null },
      data: { status: 'queued', stage: '' },
    });
    if (!run) return false;
    await enqueue(tx, run.kind, id, { first: true });
    await announce(tx, id);
    return true;
  });
  if (!requeued) await endCancelled(prisma, owner);
}

/** Throws unless `owner` owns the run. Locks the run, so only its owner writes in the rest of the transaction. */
export async function assertOwner(tx: Prisma.TransactionClient, owner: Attempt): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`select 1 from runs
    where id = ${owner.runId}::uuid and status = 'running' and attempt = ${owner.attempt} for update`;
  if (!rows.length) throw new RunLostError(owner);
}

/**
 * Progress never decreases, not even when a resumed attempt starts over. New progress resets the count of deaths.
 * Returns whether a cancellation was requested.
 */
export async function saveProgress(
  db: Database,
  owner: Attempt,
  progress: number,
  stage: string,
): Promise<{ cancelRequested: boolean }> {
  const reached = Math.min(1, Math.max(0, progress));
  const rows = await db.$queryRaw<{ cancelled: boolean; told: unknown }[]>`
    with saved as (
      update runs set progress = greatest(progress, ${reached}::float8), stage = ${stage},
        deaths = case when ${reached}::float8 > progress then 0 else deaths end
      where id = ${owner.runId}::uuid and status = 'running' and attempt = ${owner.attempt}
      returning cancel_requested_at is not null as cancelled)
    select cancelled, pg_notify(${runChannel}::text, ${owner.runId}::text)::text as told from saved`;
  if (!rows[0]) throw new RunLostError(owner);
  return { cancelRequested: rows[0].cancelled };
}

interface Success {
  readonly result: Prisma.InputJsonValue;
  readonly write?: (tx: Prisma.TransactionClient) => Promise<void>;
  /** Everything is already written, so a cancellation comes too late. */
  readonly committed?: boolean;
}

/** Runs `write` and records the success in one transaction. False if a cancel came first: nothing is written. */
export async function endSucceeded(
  prisma: PrismaClient,
  owner: Attempt,
  { result, write, committed = false }: Success,
): Promise<boolean> {
  return prisma.$transaction(
    async (tx) => {
      await assertOwner(tx, owner);
      const { count } = await tx.run.updateMany({
        where: { id: owner.runId, ...(committed ? {} : { cancelRequestedAt: null }) },
        data: {
          status: 'succeeded',
          progress: 1,
          stage: '',
          result: storable(result),
          finishedAt: new Date(),
        },
      });
      if (!count) return false;
      await write?.(tx);
      await recordEnd(tx, owner.runId, 'succeeded');
      return true;
    },
    { timeout: 60_000 },
  );
}

export async function endFailed(
  prisma: PrismaClient,
  owner: Attempt,
  errorCode: string,
  error: unknown,
): Promise<void> {
  await end(prisma, owner, 'failed', {
    errorCode,
    errorMessage: storable(error instanceof Error ? error.message : String(error)),
    errorStack: error instanceof Error ? storable(stackWithCauses(error)) : null,
  });
}

export async function endCancelled(prisma: PrismaClient, owner: Attempt): Promise<void> {
  await end(prisma, owner, 'cancelled', {});
}

/** Does nothing if the run has already ended: an ended run never changes. */
async function end(
  prisma: PrismaClient,
  { runId, attempt }: Attempt,
  status: 'failed' | 'cancelled',
  error: Prisma.RunUpdateManyMutationInput,
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const { count } = await tx.run.updateMany({
      where: { id: runId, status: 'running', attempt },
      data: { ...error, status, stage: '', finishedAt: new Date() },
    });
    if (count) await recordEnd(tx, runId, status);
  });
}

export async function recordEnd(tx: Prisma.TransactionClient, runId: string, action: string): Promise<void> {
  await tx.auditEvent.create({ data: { actor: 'worker', action, subjectType: 'run', subjectId: runId } });
  await announce(tx, runId);
}

function stackWithCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackWithCauses(error.cause)}` : own;
}
