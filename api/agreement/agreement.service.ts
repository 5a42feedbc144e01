import type { Agreement, Split } from '../../prisma/client/client.ts';
import { requireImages, requireSeed, requireSnapshot } from '../runs/requirements.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';

export interface MeasureAgreementInput {
  readonly snapshotId: string;
  /** All splits together where it is left out. */
  readonly split?: Split | null;
  readonly seed?: number | null;
}

/** What the run of an agreement stores as its config. */
export type AgreementRequest = {
  readonly snapshotId: string;
  readonly split: Split | null;
};

/** Starts to measure how far the raters of a snapshot agree, or finds the measurement that was asked for before. */
export async function measureAgreement(
  { prisma, actor }: RunsContext,
  input: MeasureAgreementInput,
): Promise<Agreement> {
  const seed = requireSeed(input.seed ?? 1);
  const { id: snapshotId } = await requireSnapshot(prisma, input.snapshotId);
  const split = input.split ?? null;
  if (split) await requireImages(prisma, snapshotId, split);
  const request: AgreementRequest = { snapshotId, split };
  return prisma.$transaction(async (tx) => {
    const { run, created } = await createRun(tx, { kind: 'agreement', config: request, seed, actor });
    if (!created) return tx.agreement.findUniqueOrThrow({ where: { runId: run.id } });
    return tx.agreement.create({ data: { runId: run.id, ...request } });
  });
}
