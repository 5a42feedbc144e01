import type { Measure } from '../../ml/statistics/measure.ts';
import { normalMean, type Summary } from '../../ml/statistics/normal-mean.ts';
import type { LabelledScore } from '../../ml/statistics/paired-difference.ts';
import type { Cell } from '../../ml/experiments/plan.ts';
import type { PrismaClient } from '../../prisma/client/client.ts';

/** A number with its interval, read off a step's result. */
export interface Reading extends Pick<Measure, 'value' | 'low' | 'high' | 'interval' | 'note'> {
  readonly pValue?: number | null;
  readonly bothEmptyCount?: number | null;
  readonly oneEmptyCount?: number | null;
  readonly transductive: boolean;
}

interface CellReading {
  readonly reading: Reading;
  /** AUC of the control with permuted diagnoses, where the masks have seen their own. */
  readonly permuted?: Reading;
}

/** `id`: of the evaluation or fusion that the cell's step made. */
export function readCell(prisma: PrismaClient, cell: Cell, id: string): Promise<CellReading> {
  if (cell.metric === 'weight') return readWeight(prisma, id, cell);
  if (cell.metric === 'spectral_energy') return readSpectralEnergy(prisma, id);
  return readMetric(prisma, id, cell);
}

/** A metric for the place's structure and rater; for an AUC, also that of the permuted control, if there is one. */
async function readMetric(
  prisma: PrismaClient,
  evaluationId: string,
  { metric: name, structure, rater }: Cell,
): Promise<CellReading> {
  const metrics = await prisma.evaluationMetric.findMany({
    where: { evaluationId, name: { in: name === 'auc' ? [name, 'permuted_auc'] : [name] } },
    include: { structure: true, rater: true },
  });
  const found = (wanted: string) =>
    metrics.find(
      (metric) =>
        metric.name === wanted && metric.structure?.name === structure && metric.rater?.name === rater,
    );
  const reading = found(name);
  if (reading) return { reading, permuted: found('permuted_auc') };
  const where = [structure, rater].flatMap((part) => part ?? []).join(', ') || 'all images';
  throw new Error(`evaluation ${evaluationId} has no '${name}' of ${where}`);
}

type SummaryRow = Summary & { readonly transductive: boolean };

/** Over the images of which the rater has annotated something: a rater who did not has no weight to mean. */
async function readWeight(prisma: PrismaClient, fusionId: string, { rater }: Cell): Promise<CellReading> {
  if (rater === undefined) throw new Error('the weight of which rater? the cell names none');
  const [summary] = await prisma.$queryRaw<[SummaryRow]>`
    select avg(w.weight) as mean, stddev_samp(w.weight) as sd, count(w.weight)::int as count, f.transductive
    from fusions f
      left join (rater_weights w join raters r on r.id = w.rater_id and r.name = ${rater})
        on w.fusion_id = f.id
        and exists (select 1 from annotations a where a.image_id = w.image_id and a.rater_id = w.rater_id)
    where f.id = ${fusionId}::uuid group by f.id`;
  return { reading: readingOf(summary, `no image annotated by ${rater}`) };
}

async function readSpectralEnergy(prisma: PrismaClient, fusionId: string): Promise<CellReading> {
  const [summary] = await prisma.$queryRaw<[SummaryRow]>`
    select avg(i.spectral_energy) as mean, stddev_samp(i.spectral_energy) as sd,
      count(i.spectral_energy)::int as count, f.transductive
    from fusions f left join fused_images i on i.fusion_id = f.id
    where f.id = ${fusionId}::uuid group by f.id`;
  return { reading: readingOf(summary, 'the fusion has no expertness maps') };
}

function readingOf({ transductive, ...summary }: SummaryRow, whyNone: string): Reading {
  return { ...normalMean(summary, whyNone), transductive };
}

export interface Scores {
  readonly scores: ReadonlyMap<string, LabelledScore>;
  readonly transductive: boolean;
}

/** The judge's logits by image, with the diagnoses of the evaluation's snapshot. */
export async function readScores(prisma: PrismaClient, evaluationId: string): Promise<Scores> {
  const { snapshotId, transductive } = await prisma.evaluation.findUniqueOrThrow({
    where: { id: evaluationId },
  });
  const rows = await prisma.$queryRaw<(LabelledScore & { id: string })[]>`
    select s.image_id as id, s.logit as score, m.label::int as label
    from diagnosis_scores s
      join snapshot_images m on m.image_id = s.image_id and m.snapshot_id = ${snapshotId}::uuid
    where s.evaluation_id = ${evaluationId}::uuid order by m.position`;
  return {
    scores: new Map(rows.map(({ id, ...scored }) => [id, scored])),
    transductive,
  };
}
