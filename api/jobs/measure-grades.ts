import { setImmediate } from 'node:timers/promises';
import { graderAgreement, type GraderMeasure } from '../../ml/grades/grader-agreement.ts';
import type { GradeTable } from '../../ml/grades/grade-table.ts';
import { valueNames, type DiagnosisScale } from '../../ml/grades/scale.ts';
import { REFERENCE } from '../../ml/label-fusion/label-rule.ts';
import type { Agreement } from '../../prisma/client/client.ts';
import type { JobInput, Outcome } from './job.ts';

/** How far the graders of a snapshot agree, from the diagnoses that it has frozen. */
export async function measureGrades(input: JobInput, agreement: Agreement): Promise<Outcome> {
  const { run, progress, signal } = input;
  const scale = await scaleOf(input, agreement);
  const table = await frozenGrades(input, agreement, scale);
  const metrics: GraderMeasure[] = [];
  const options = { ordinal: scale.kind === 'ordinal', reference: REFERENCE, seed: run.seed };
  for await (const metric of graderAgreement(table, options)) {
    metrics.push(metric);
    await setImmediate(); // each takes thousands of resamples
    signal.throwIfAborted();
    progress.report(metrics.length / (metrics.length + 1), 'intervals');
  }
  return {
    result: { images: table.ids.length, graders: table.graders.length, metrics: metrics.length },
    write: async (tx) => {
      const data = metrics.map((metric, position) => ({ ...metric, position, agreementId: agreement.id }));
      await tx.gradeAgreementMetric.createMany({ data });
    },
  };
}

async function scaleOf({ prisma }: JobInput, { snapshotId }: Agreement): Promise<DiagnosisScale> {
  const { cohort } = await prisma.snapshot.findUniqueOrThrow({
    where: { id: snapshotId },
    select: { cohort: { select: { dataset: { select: { diagnosisKind: true, diagnosisNames: true } } } } },
  });
  return { kind: cohort.dataset.diagnosisKind, names: cohort.dataset.diagnosisNames };
}

async function frozenGrades(
  { prisma }: JobInput,
  { snapshotId, split }: Agreement,
  scale: DiagnosisScale,
): Promise<GradeTable> {
  const images = await prisma.snapshotImage.findMany({
    where: { snapshotId, split: split ?? undefined },
    orderBy: { position: 'asc' },
    select: {
      image: {
        select: {
          path: true,
          subject: true,
          diagnoses: {
            where: { gradedSnapshots: { some: { snapshotId } }, value: { not: null } },
            select: { source: true, value: true },
          },
        },
      },
    },
  });
  const rows = images.map(({ image }) => image);
  const graders = [...new Set(rows.flatMap(({ diagnoses }) => diagnoses.map(({ source }) => source)))].sort();
  return {
    classes: valueNames(scale).length,
    graders,
    ids: rows.map(({ path }) => path),
    subjects: rows.map(({ subject }) => subject),
    grades: rows.map(({ diagnoses }) => {
      const bySource = new Map(diagnoses.map(({ source, value }) => [source, value]));
      return graders.map((grader) => bySource.get(grader) ?? null);
    }),
  };
}
