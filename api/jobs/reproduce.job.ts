import type { PrismaClient } from '../db.ts';
import { conflict } from '../errors.ts';
import { artifactsOf } from '../runs/artifacts.ts';
import type { Job } from './job.ts';

/** Waits until a run's work has been repeated, then compares what both runs produced. */
export const reproduceJob: Job<'reproduction'> = {
  async waitsFor({ prisma }, run) {
    const { repeated } = await runsOf(prisma, run.id);
    const pending = repeated.status === 'queued' || repeated.status === 'running';
    return pending ? `run ${repeated.id}, which does the work again` : null;
  },
  async perform({ prisma, run, signal }) {
    const { id: reproductionId, original, repeated } = await runsOf(prisma, run.id);
    if (repeated.status !== 'succeeded') {
      throw conflict(`run ${repeated.id}, which did the work again, is ${repeated.status}`);
    }
    const [first, second] = [await artifactsOf(prisma, original), await artifactsOf(prisma, repeated)];
    signal.throwIfAborted();
    const hashes = (list: typeof first) => new Map(list.map(({ name, sha256 }) => [name, sha256]));
    const [before, after] = [hashes(first), hashes(second)];
    const names = [...new Set([...before.keys(), ...after.keys()])].sort();
    const data = names.map((name, position) => {
      return { reproductionId, position, name, original: before.get(name), repeated: after.get(name) };
    });
    const different = data.filter(({ original, repeated }) => original !== repeated).length;
    return {
      result: { artifacts: data.length, different },
      write: async (tx) => {
        await tx.reproductionArtifact.createMany({ data });
      },
    };
  },
};

function runsOf(prisma: PrismaClient, runId: string) {
  return prisma.reproduction.findUniqueOrThrow({
    where: { runId },
    include: { original: true, repeated: true },
  });
}
