import type { Run, RunKind } from '../../prisma/client/client.ts';
import { cancelled, errorCode } from '../errors.ts';
import type { Job, JobContext, Jobs } from '../jobs/job.ts';
import { createProgress } from '../jobs/progress.ts';
import type { Perform } from '../queue/queue-worker.ts';
import { enqueue } from '../queue/queue.ts';
import { readRequest, requestToPerform } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import {
  announce,
  beginRun,
  endCancelled,
  endFailed,
  endSucceeded,
  requeue,
  RunLostError,
  type Attempt,
} from '../runs/run-state.ts';
import { cancelChannel } from '../runs/runs.service.ts';
import { environment } from './environment.ts';

const waitMs = 1000;

/** Brings one run to its end, whatever happens in its job. If the worker stops, puts the run back into the queue. */
export function createPerform(context: JobContext, jobs: Jobs): Perform {
  return async (runId, workerStops) => {
    const waiting = await context.prisma.run.findUnique({ where: { id: runId } });
    if (!waiting || waiting.finishedAt) return; // deleted with its dataset, or ended while it waited
    const awaited = await awaitedBy(context, jobs, waiting);
    if (awaited) return postpone(context, waiting, awaited);
    const run = await beginRun(context.prisma, runId, await environment());
    if (!run) return;
    const owner = { runId, attempt: run.attempt };
    const cancel = await watchCancel(context, owner);
    const progress = createProgress(context.prisma, owner, (reason) => cancel.stop(reason));
    const signal = AbortSignal.any([workerStops, cancel.signal]);
    try {
      const request = requestToPerform(run);
      const input = { ...context, run, request, owner, progress, signal, workerStops };
      const outcome = await jobOf(jobs, run).perform(input);
      await progress.flush();
      const done = await endSucceeded(context.prisma, owner, outcome);
      if (!done) await endCancelled(context.prisma, owner);
    } catch (error) {
      await progress.flush();
      if (workerStops.aborted) await requeue(context.prisma, owner);
      else await endUnsuccessfully(context, owner, cancel.signal, error);
    } finally {
      cancel.stopWatching();
    }
  };
}

/** The job of the run's kind. */
const jobOf = (jobs: Jobs, { kind }: Run): Job => jobs[kind];

/** What the run still waits for; null if nothing. */
async function awaitedBy(context: JobContext, jobs: Jobs, run: Run): Promise<string | null> {
  const job = jobOf(jobs, run);
  if (!job.waitsFor) return null;
  let request: RequestOf<RunKind>;
  try {
    request = readRequest(run.kind, run);
  } catch {
    return null; // the run starts, and fails with this error
  }
  return job.waitsFor(context, run, request);
}

/** Puts the run back into the queue for a while, so the worker is free for what the run waits for. */
async function postpone({ prisma, log }: JobContext, { id, kind }: Run, awaited: string): Promise<void> {
  const stage = `waits for ${awaited}`;
  const { count } = await prisma.run.updateMany({
    where: { id, finishedAt: null, stage: { not: stage } },
    data: { stage },
  });
  if (count) {
    log.info(`run ${id} ${stage}`);
    await announce(prisma, id);
  }
  await enqueue(prisma, kind, id, { delayMs: waitMs });
}

async function endUnsuccessfully(
  { prisma, log }: JobContext,
  owner: Attempt,
  cancelSignal: AbortSignal,
  error: unknown,
): Promise<void> {
  const cause: unknown = cancelSignal.aborted ? cancelSignal.reason : error;
  if (cause instanceof RunLostError) return log.warn(cause.message);
  if (cancelSignal.aborted) return endCancelled(prisma, owner);
  log.warn(`run ${owner.runId} failed: ${error instanceof Error ? error.message : String(error)}`);
  const code = errorCode(error) ?? 'INTERNAL';
  await endFailed(prisma, owner, code, error).catch(async (unstorable: Error) => {
    // A failure that cannot be stored must not leave its run open.
    log.warn(`run ${owner.runId}: its error could not be stored: ${unstorable.message}`);
    await endFailed(
      prisma,
      owner,
      'INTERNAL',
      new Error('its error could not be stored; the log of the worker has it'),
    );
  });
}

/** A signal that aborts when the run is cancelled. */
async function watchCancel({ prisma, pubsub }: JobContext, { runId }: Attempt) {
  const controller = new AbortController();
  const stop = (reason?: unknown): void => controller.abort(reason ?? cancelled());
  const look = async (): Promise<void> => {
    const run = await prisma.run.findUnique({ where: { id: runId }, select: { cancelRequestedAt: true } });
    if (!run || run.cancelRequestedAt) stop();
  };
  const stopWatching = await pubsub.listen(cancelChannel, (payload, missed) => {
    if (payload === runId) stop();
    else if (missed) void look();
  });
  await look(); // it may have come before we listened
  return { signal: controller.signal, stop, stopWatching };
}
