import { versionOf } from '../../ml/method.ts';
import { agreementMetrics } from '../../ml/metrics/agreement/rater-agreement.ts';
import type { Agreement, Prisma, Run, Split } from '../../prisma/client/client.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import { requireImages, requireSeed, requireSnapshot } from '../runs/requirements.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';

export interface MeasureAgreementInput {
  readonly snapshotId: string;
  /** If omitted, all splits together. */
  readonly split?: Split | null;
  readonly seed?: number | null;
  readonly again?: boolean | null;
}

/** Starts to measure how far the raters of a snapshot agree, or finds the measurement that was asked for before. */
export async function measureAgreement(
  { prisma, actor }: RunsContext,
  input: MeasureAgreementInput,
): Promise<Agreement> {
  const seed = requireSeed(input.seed ?? 1);
  const { id: snapshotId } = await requireSnapshot(prisma, input.snapshotId);
  const split = input.split ?? null;
  if (split) await requireImages(prisma, snapshotId, split);
  const metrics = agreementMetrics.map((metric) => ({ name: metric.name, version: versionOf(metric) }));
  const request = { snapshotId, split, metrics };
  return prisma.$transaction((tx) => createAgreement(tx, request, { seed, actor, again: input.again }));
}

/** Repeats the work of a run in a new run. */
export function repeatAgreement(
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
): Promise<Agreement> {
  const asked = { seed: original.seed, actor, again: true };
  return createAgreement(tx, readRequest('agreement', original), asked);
}

async function createAgreement(
  tx: Prisma.TransactionClient,
  request: RequestOf<'agreement'>,
  asked: Asked,
): Promise<Agreement> {
  const { run, created } = await createRun(tx, { kind: 'agreement', request, ...asked });
  if (!created) return tx.agreement.findUniqueOrThrow({ where: { runId: run.id } });
  const { snapshotId, split } = request;
  await requireUnpurged(tx, snapshotId, split && [split]);
  return tx.agreement.create({ data: { runId: run.id, snapshotId, split } });
}
