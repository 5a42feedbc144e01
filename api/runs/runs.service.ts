import type { Prisma, Run, RunKind } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { conflict, notFound } from '../errors.ts';
import { againstPurgesSql } from '../storage/purge-lock.ts';
import { countLivingWorkers, enqueue } from '../queue/queue.ts';
import type { RequestOf } from '../requests/requests.ts';
import { codeVersion } from './code-version.ts';
import { runKey } from './run-key.ts';
import { announce, endCancelled } from './run-state.ts';

/** What the services that ask for work need of the application's context. */
export interface RunsContext {
  readonly prisma: PrismaClient;
  /** Who asks, for the audit. */
  readonly actor: string;
}

/** How a piece of work was asked for, besides what it is. */
export interface Asked {
  readonly seed: number;
  readonly actor: string;
  /** Do the work again, whether or not it was done before. */
  readonly again?: boolean | null;
}

export interface RunRequest<K extends RunKind> extends Asked {
  readonly kind: K;
  /** Stored with the run, and part of its key. */
  readonly request: RequestOf<K>;
}

export interface CreatedRun {
  readonly run: Run;
  /** False where the same work was asked for before: the run is the newest that does it, with its results. */
  readonly created: boolean;
}

/** Workers listen here for the ids of runs to stop. */
export const cancelChannel = 'consilium_cancel';

/**
 * The run for this work, queued in the caller's transaction; or the one that has it already (queued, running or
 * succeeded). If several ask at once, one creates it and the others wait for its commit.
 */
export async function createRun<K extends RunKind>(
  tx: Prisma.TransactionClient,
  { kind, request, seed, actor, again }: RunRequest<K>,
): Promise<CreatedRun> {
  await tx.$executeRawUnsafe(againstPurgesSql);
  const key = runKey({ kind, request, seed });
  const known = again ? null : await liveRun(tx, key);
  if (known) return { run: known, created: false };
  const [run] = await tx.run.createManyAndReturn({
    data: [
      {
        kind,
        key,
        repetition: again ? await nextRepetition(tx, key) : 0,
        config: request as Prisma.InputJsonObject,
        seed,
        codeVersion: codeVersion(),
        keyVersion: codeVersion(),
      },
    ],
    skipDuplicates: true,
  });
  if (!run) return { run: await createdConcurrently(tx, key), created: false };
  await enqueue(tx, kind, run.id);
  await tx.auditEvent.create({
    data: { actor, action: 'requested', subjectType: 'run', subjectId: run.id, detail: { kind } },
  });
  await announce(tx, run.id);
  return { run, created: true };
}

/** The newest run of this work that has not failed or been cancelled. */
async function liveRun(tx: Prisma.TransactionClient, key: string): Promise<Run | null> {
  const run = await tx.run.findFirst({
    where: { key, status: { notIn: ['failed', 'cancelled'] } },
    orderBy: { repetition: 'desc' },
  });
  if (run?.cancelRequestedAt && run.status === 'running') {
    throw conflict(`the same work (run ${run.id}) is being cancelled; ask again when it has ended`, {
      runId: run.id,
    });
  }
  return run;
}

/** Another request for the same work came at the same time and was first. */
async function createdConcurrently(tx: Prisma.TransactionClient, key: string): Promise<Run> {
  const run = await liveRun(tx, key);
  if (run) return run;
  throw conflict('the same work has just ended without a result; ask again');
}

async function nextRepetition(tx: Prisma.TransactionClient, key: string): Promise<number> {
  const { _max } = await tx.run.aggregate({ where: { key }, _max: { repetition: true } });
  return (_max.repetition ?? -1) + 1;
}

/**
 * A queued run ends at once; a running one is asked to stop and ends within a step of its work. An ended run stays
 * as it is: asking again changes nothing.
 */
export async function cancelRun({ prisma, actor }: RunsContext, id: string): Promise<Run> {
  const run = await prisma.$transaction(async (tx) => {
    await askToStop(tx, id, actor);
    return tx.run.findUnique({ where: { id } });
  });
  if (!run) throw notFound('run', id);
  if (run.kind === 'purge')
    throw conflict(`run ${id} deletes what was purged: it cannot be cancelled`, { runId: id });
  if (run.status !== 'running' || (await countLivingWorkers(prisma)) > 0) return run;
  // Nobody is there to stop it; a worker that starts later finds it ended.
  await endCancelled(prisma, { runId: id, attempt: run.attempt });
  return prisma.run.findUniqueOrThrow({ where: { id } });
}

/** Cancels it in the caller's transaction; a running one may go on for a moment. */
export async function askToStop(tx: Prisma.TransactionClient, id: string, actor: string): Promise<void> {
  const kind = { not: 'purge' } as const;
  const ended = await tx.run.updateMany({
    where: { id, kind, status: 'queued' },
    data: { status: 'cancelled', cancelRequestedAt: new Date(), finishedAt: new Date(), stage: '' },
  });
  const asked = await tx.run.updateMany({
    where: { id, kind, status: 'running', cancelRequestedAt: null },
    data: { cancelRequestedAt: new Date() },
  });
  if (ended.count + asked.count === 0) return;
  await tx.auditEvent.create({ data: { actor, action: 'cancelled', subjectType: 'run', subjectId: id } });
  await announce(tx, id);
  await tx.$executeRaw`select pg_notify(${cancelChannel}::text, ${id}::text)`;
}

/**
 * Adds a job for every unfinished run that has none: runs of version 0.1.0 wait in another queue, that of DBOS.
 * Changes nothing if nothing is missing, so several processes may call it at once.
 */
export async function enqueueMissing(prisma: PrismaClient): Promise<void> {
  const runs = await prisma.run.findMany({
    where: { status: { in: ['queued', 'running'] } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true, kind: true },
  });
  for (const { id, kind } of runs) await enqueue(prisma, kind, id, { unlessThere: true });
}
