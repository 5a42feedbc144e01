import type { Prisma, Run, RunKind } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { conflict, notFound } from '../errors.ts';
import { enqueue } from '../jobs/queue.ts';
import { livingWorkersSql } from '../jobs/worker-lock.ts';
import { codeVersion } from './code-version.ts';
import { runKey } from './run-key.ts';
import { announce, endCancelled } from './run-state.ts';

/** What the services that ask for work need of the application's context. */
export interface RunsContext {
  readonly prisma: PrismaClient;
  /** Who asks, for the audit. */
  readonly actor: string;
}

export interface RunRequest {
  readonly kind: RunKind;
  /** Method, parsed config and the ids of what it works on: stored with the run, and part of its key. */
  readonly config: Prisma.InputJsonObject;
  readonly seed: number;
  readonly actor: string;
}

export interface CreatedRun {
  readonly run: Run;
  /** False where the same work was asked for before: the run is that first one, with its results. */
  readonly created: boolean;
}

/** A worker listens here for the ids of runs that shall stop. */
export const cancelChannel = 'consilium_cancel';

/**
 * The run for this work, queued in the caller's transaction; or the one that has it already (queued, running or
 * succeeded). Of several that ask at once one creates, the others wait for its commit and are answered with it.
 */
export async function createRun(tx: Prisma.TransactionClient, request: RunRequest): Promise<CreatedRun> {
  const key = runKey(request);
  const { kind, config, seed, actor } = request;
  const [run] = await tx.run.createManyAndReturn({
    data: [{ kind, key, config, seed, codeVersion: codeVersion() }],
    skipDuplicates: true,
  });
  if (!run) return { run: await liveRun(tx, key), created: false };
  await enqueue(tx, kind, run.id);
  await tx.auditEvent.create({
    data: { actor, action: 'requested', subjectType: 'run', subjectId: run.id, detail: { kind } },
  });
  await announce(tx, run.id);
  return { run, created: true };
}

async function liveRun(tx: Prisma.TransactionClient, key: string): Promise<Run> {
  const run = await tx.run.findFirst({ where: { key, status: { notIn: ['failed', 'cancelled'] } } });
  if (!run) throw conflict('the same work has just ended without a result; ask again');
  if (run.cancelRequestedAt && run.status === 'running') {
    throw conflict(`the same work (run ${run.id}) is being cancelled; ask again when it has ended`, {
      runId: run.id,
    });
  }
  return run;
}

/**
 * A queued run ends at once; a running one is asked to stop and ends within a step of its work. An ended run stays
 * as it is: asking again changes nothing.
 */
export async function cancelRun({ prisma, actor }: RunsContext, id: string): Promise<Run> {
  const run = await prisma.$transaction(async (tx) => {
    const ended = await tx.run.updateMany({
      where: { id, status: 'queued' },
      data: { status: 'cancelled', cancelRequestedAt: new Date(), finishedAt: new Date(), stage: '' },
    });
    const asked = await tx.run.updateMany({
      where: { id, status: 'running', cancelRequestedAt: null },
      data: { cancelRequestedAt: new Date() },
    });
    if (ended.count + asked.count) {
      await tx.auditEvent.create({ data: { actor, action: 'cancelled', subjectType: 'run', subjectId: id } });
      await announce(tx, id);
      await tx.$executeRaw`select pg_notify(${cancelChannel}::text, ${id}::text)`;
    }
    return tx.run.findUnique({ where: { id } });
  });
  if (!run) throw notFound('run', id);
  if (run.status !== 'running' || (await countLivingWorkers(prisma)) > 0) return run;
  // Nobody is there to stop it; a worker that starts later finds it ended.
  await endCancelled(prisma, { runId: id, attempt: run.attempt });
  return prisma.run.findUniqueOrThrow({ where: { id } });
}

export async function countLivingWorkers(prisma: PrismaClient): Promise<number> {
  const [row] = await prisma.$queryRawUnsafe<{ count: number }[]>(livingWorkersSql);
  return row?.count ?? 0;
}
