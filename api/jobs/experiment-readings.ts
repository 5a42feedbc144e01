import type { Measure } from '../../ml/statistics/measure.ts';
import { normalMean, type Summary } from '../../ml/statistics/normal-mean.ts';
import type { LabelledScore } from '../../ml/statistics/paired-difference.ts';
import type { Cell } from '../../ml/experiments/plan.ts';
import { Prisma, type PrismaClient } from '../../prisma/client/client.ts';

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
  if (isImageNumber(cell.metric)) return readImageNumber(prisma, id, cell.metric);
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
function readWeight(prisma: PrismaClient, fusionId: string, { rater }: Cell): Promise<CellReading> {
  if (rater === undefined) throw new Error('the weight of which rater? the cell names none');
  const weights = Prisma.sql`
    select w.image_id, w.weight as value from rater_weights w join raters r on r.id = w.rater_id
    where r.name = ${rater} and w.fusion_id = ${fusionId}::uuid
      and exists (select 1 from annotations a where a.image_id = w.image_id and a.rater_id = w.rater_id)`;
  return readMean(prisma, fusionId, weights, `no image annotated by ${rater}`);
}

/** Numbers that each fused image has, with the reason where there is none. */
const imageNumbers = {
  spectral_energy: { sql: Prisma.sql`i.spectral_energy`, whyNone: 'the fusion has no expertness maps' },
  movement: { sql: Prisma.sql`i.movement`, whyNone: 'the fusion does not start at the vote' },
  loss: {
    sql: Prisma.sql`(select min(loss) from unnest(i.losses) as steps(loss))`,
    whyNone: 'the fusion has no loss',
  },
} as const;

const isImageNumber = (name: string): name is keyof typeof imageNumbers => name in imageNumbers;

function readImageNumber(
  prisma: PrismaClient,
  fusionId: string,
  name: keyof typeof imageNumbers,
): Promise<CellReading> {
  const { sql, whyNone } = imageNumbers[name];
  const numbers = Prisma.sql`select i.image_id, ${sql} as value from fused_images i
    where i.fusion_id = ${fusionId}::uuid`;
  return readMean(prisma, fusionId, numbers, whyNone);
}

/**
 * The mean over images, and its standard error over subjects: of g subjects with sums s and numbers n of images,
 * √(g / (g - 1) · Σ (s - n · mean)²) / Σ n. With an image a subject that is sd / √n.
 */
async function readMean(
  prisma: PrismaClient,
  fusionId: string,
  numbers: Prisma.Sql,
  whyNone: string,
): Promise<CellReading> {
  const [{ transductive, ...summary }] = await prisma.$queryRaw<[SummaryRow]>`
    with subjects as (
      select sum(v.value) as total, count(v.value)::float8 as n
      from (${numbers}) v join images i on i.id = v.image_id where v.value is not null group by i.subject
    ), means as (
      select sum(total) / nullif(sum(n), 0) as mean, sum(n) as n, count(*)::float8 as g from subjects
    )
    select m.mean, f.transductive, case when m.g > 1 then
      sqrt(m.g / (m.g - 1) * (select sum((s.total - s.n * m.mean) ^ 2) from subjects s)) / m.n end as error
    from fusions f, means m where f.id = ${fusionId}::uuid`;
  return { reading: { ...normalMean(summary, whyNone), transductive } };
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
    select s.image_id as id, s.logit as score, m.label::int as label, i.subject
    from diagnosis_scores s join images i on i.id = s.image_id
      join snapshot_images m on m.image_id = s.image_id and m.snapshot_id = ${snapshotId}::uuid
    where s.evaluation_id = ${evaluationId}::uuid order by m.position`;
  return {
    scores: new Map(rows.map(({ id, ...scored }) => [id, scored])),
    transductive,
  };
}
