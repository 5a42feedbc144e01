import type { Prisma, Reproduction, Run, RunKind } from '../../prisma/client/client.ts';
import { repeatAgreement } from '../agreement/agreement.service.ts';
import { conflict, invalidInput, notFound } from '../errors.ts';
import { repeatEvaluation } from '../evaluations/evaluations.service.ts';
import { repeatExperiment } from '../experiments/experiments.service.ts';
import { repeatFusion } from '../fusions/fusions.service.ts';
import { requestToPerform } from '../requests/read-request.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';
import { repeatTraining } from '../training/training.service.ts';

/** Requests the work of a run again; returns the new run. */
export type Repeat = (
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
) => Promise<{ runId: string }>;

const repeats: Readonly<Partial<Record<RunKind, Repeat>>> = {
  fusion: repeatFusion,
  training: repeatTraining,
  evaluation: repeatEvaluation,
  experiment: repeatExperiment,
  agreement: repeatAgreement,
};

export interface ReproduceInput {
  readonly runId: string;
  readonly again?: boolean | null;
}

/**
 * Repeats the work of a run in a new run, then compares both results. A second request returns the first comparison,
 * unless `again` is set.
 */
export async function reproduce(
  { prisma, actor }: RunsContext,
  { runId, again }: ReproduceInput,
): Promise<Reproduction> {
  const original = await prisma.run.findUnique({ where: { id: runId } });
  if (!original) throw notFound('run', runId);
  const repeat = repeats[original.kind];
  if (!repeat) {
    const kinds = Object.keys(repeats).join(', ');
    throw invalidInput(`runId '${runId}': a run of kind ${original.kind}, expected one of ${kinds}`, 'runId');
  }
  if (original.status !== 'succeeded') {
    throw conflict(`run ${runId} is ${original.status}: only a run that has succeeded can be reproduced`);
  }
  requestToPerform(original); // a mended method gives other results on purpose: refused
  return prisma.$transaction(async (tx) => {
    const request = { runId };
    const asked = { kind: 'reproduction', request, seed: original.seed, actor } as const;
    const { run, created } = await createRun(tx, { ...asked, again: again ?? false });
    if (!created) return tx.reproduction.findUniqueOrThrow({ where: { runId: run.id } });
    const repeated = await repeat(tx, original, actor);
    return tx.reproduction.create({
      data: { runId: run.id, originalId: original.id, repeatedId: repeated.runId },
    });
  });
}
