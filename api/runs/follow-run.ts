import type { PrismaClient } from '../db.ts';
import { notFound } from '../errors.ts';
import type { PubSub } from '../pubsub.ts';
import { requireId } from '../read/conditions.ts';

/** One event of a run: an epoch's numbers were stored, or (null) its state changed. */
export interface RunChange {
  readonly runId: string;
  readonly epoch: number | null;
}

interface Follower {
  readonly prisma: PrismaClient;
  readonly pubsub: PubSub;
}

interface From {
  readonly id: string;
  readonly afterEpoch?: number | null;
}

/** What is already stored, epoch by epoch, then what follows. Each epoch comes once. Ends when the run has ended. */
export async function followRun(follower: Follower, from: From): Promise<AsyncIterableIterator<RunChange>> {
  await readState(follower.prisma, requireId(from.id, 'id')); // refused now, not as a stream that breaks off
  const abort = new AbortController();
  const changes = changesOf(follower, from, abort.signal);
  const events: AsyncIterableIterator<RunChange> = {
    next: () => changes.next(),
    // A waiting generator does not notice that it was ended, so wake it.
    return() {
      abort.abort();
      return changes.return(undefined);
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}

async function* changesOf(follower: Follower, from: From, signal: AbortSignal): AsyncGenerator<RunChange> {
  const runId = from.id;
  let epoch = from.afterEpoch ?? -1;
  let told = '';
  const changes = follower.pubsub.runChanges(runId, signal);
  try {
    while (!(await changes.next()).done) {
      // Read the state before the epochs: if the run has ended, all epochs are there.
      const { state, ended } = await readState(follower.prisma, runId);
      for (const next of await epochsAfter(follower.prisma, runId, epoch)) {
        yield { runId, epoch: next };
        epoch = next;
      }
      if (state !== told) yield { runId, epoch: null };
      if (ended) return;
      told = state;
    }
  } finally {
    await changes.return(undefined);
  }
}

async function readState(prisma: PrismaClient, id: string): Promise<{ state: string; ended: boolean }> {
  const run = await prisma.run.findUnique({
    where: { id },
    select: {
      status: true,
      progress: true,
      stage: true,
      attempt: true,
      finishedAt: true,
      cancelRequestedAt: true,
    },
  });
  if (!run) throw notFound('run', id);
  return { state: JSON.stringify(run), ended: run.finishedAt !== null };
}

async function epochsAfter(prisma: PrismaClient, runId: string, epoch: number): Promise<number[]> {
  const rows = await prisma.epochMetric.findMany({
    where: { runId, epoch: { gt: epoch } },
    select: { epoch: true },
    distinct: ['epoch'],
    orderBy: { epoch: 'asc' },
  });
  return rows.map((row) => row.epoch);
}
