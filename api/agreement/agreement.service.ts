import { versionOf } from '../../ml/method.ts';
import { gradeMetrics } from '../../ml/grades/index.ts';
import { agreementMetrics } from '../../ml/metrics/agreement/rater-agreement.ts';
import type { Agreement, AgreementSubject, Prisma, Run, Split } from '../../prisma/client/client.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';
import { requireImages, requireSeed, requireSnapshot, requireStructures } from '../runs/requirements.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';

export interface MeasureAgreementInput {
  readonly snapshotId: string;
  /** If omitted, the raters' masks. */
  readonly subject?: AgreementSubject | null;
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
  const snapshot = await requireSnapshot(prisma, input.snapshotId);
  const { id: snapshotId } = snapshot;
  const [split, subject] = [input.split ?? null, input.subject ?? 'masks'];
  if (split) await requireImages(prisma, snapshotId, split);
  if (subject === 'masks') await requireStructures(prisma, snapshot, 'snapshotId');
  else await requireGrades(prisma, snapshotId);
  const measured = subject === 'masks' ? agreementMetrics : gradeMetrics.list();
  const metrics = measured.map((metric) => ({ name: metric.name, version: versionOf(metric) }));
  const request = { snapshotId, split, subject, metrics };
  return prisma.$transaction((tx) => createAgreement(tx, request, { seed, actor, again: input.again }));
}

/** Only a snapshot that froze every source's diagnoses keeps them as they were. */
async function requireGrades(db: Database, snapshotId: string): Promise<void> {
  const graders = await db.diagnosis.findMany({
    where: { gradedSnapshots: { some: { snapshotId } }, value: { not: null } },
    distinct: ['source'],
    select: { source: true },
  });
  if (graders.length >= 2) return;
  throw invalidInput(
    graders.length === 1
      ? `snapshotId: snapshot ${snapshotId} has diagnoses by '${graders[0].source}' alone: agreement takes two`
      : `snapshotId: snapshot ${snapshotId} has frozen no grades: freeze its cohort with a label rule (docs/diagnoses.md)`,
    'snapshotId',
  );
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
  const { snapshotId, split, subject } = request;
  await requireUnpurged(tx, snapshotId, split && [split]);
  return tx.agreement.create({ data: { runId: run.id, snapshotId, split, subject } });
}
