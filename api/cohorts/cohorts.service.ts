import { Prisma, type Cohort, type PrismaClient, type Snapshot } from '../../prisma/client/client.ts';
import { audit } from '../audit/audit.service.ts';
import type { Database } from '../db.ts';
import { conflict, invalidInput, notFound } from '../errors.ts';
import { parseImageFilter, type ImageFilter } from '../images/image-filter.ts';
import { imageFilterSql, REFERENCE } from '../images/image-filter-sql.ts';
import { labelCohort, labelsSql, storeGrades, type Labelling } from './label-cohort.ts';

export interface CohortContext {
  prisma: PrismaClient;
  actor: string;
}

export interface NewCohort {
  datasetId: string;
  name: string;
  filter?: unknown;
}

/** Saves a filter over a dataset's images. */
export async function createCohort({ prisma, actor }: CohortContext, input: NewCohort): Promise<Cohort> {
  const { datasetId, name } = input;
  if (!name.trim()) throw invalidInput('a cohort has a name', 'name');
  const filter = plain(parseImageFilter(input.filter ?? {}));
  return prisma.$transaction(async (tx) => {
    const dataset = await tx.dataset.findUnique({ where: { id: datasetId }, select: { withdrawalId: true } });
    if (!dataset) throw notFound('dataset', datasetId);
    if (dataset.withdrawalId) throw conflict(`dataset '${datasetId}' is withdrawn`, { ...dataset });
    const [cohort] = await tx.cohort.createManyAndReturn({
      data: [{ datasetId, name, filter }],
      skipDuplicates: true,
    });
    if (!cohort) throw conflict(`the dataset has a cohort '${name}' already`, { field: 'name' });
    await audit(tx, {
      actor,
      action: 'cohort.create',
      subjectType: 'cohort',
      subjectId: cohort.id,
      detail: { name, filter },
    });
    return cohort;
  });
}

/**
 * Freezes what the cohort finds now: images, their splits, the current annotations and reference diagnoses; with a label
 * rule (or on a scale that is not binary) every source's diagnoses too, and the labels that the rule makes of them. What is
 * withdrawn is left out.
 * The snapshot is named by a hash over all of that, so freezing the same content again answers with the first.
 */
export async function freezeCohort(
  { prisma, actor }: CohortContext,
  cohortId: string,
  labels?: unknown,
): Promise<Snapshot> {
  return prisma.$transaction(
    async (tx) => {
      // Two freezes at once: the second waits here, before what it sees is fixed, and then finds the first one's snapshot.
      await tx.$executeRaw`lock table snapshots in share row exclusive mode`;
      const cohort = await tx.cohort.findUnique({ where: { id: cohortId }, include: { dataset: true } });
      if (!cohort) throw notFound('cohort', cohortId);
      const members = membersSql(cohort.datasetId, parseImageFilter(cohort.filter));
      const { hash: content, count } = await fingerprint(tx, members);
      if (count === 0) throw invalidInput('the cohort is empty: no image fits its filter', 'cohortId');
      const labelling = await labelCohort(tx, { members, dataset: cohort.dataset, asked: labels });
      const hash = labelling ? labelling.hash(content) : content;
      const known = await tx.snapshot.findUnique({ where: { cohortId_hash: { cohortId, hash } } });
      if (known) return known;
      const labelRule = (labelling?.rule ?? undefined) as Prisma.InputJsonObject | undefined;
      const snapshot = await tx.snapshot.create({ data: { cohortId, hash, imageCount: count, labelRule } });
      await fill(tx, snapshot.id, members, labelling);
      if (labelling) await storeGrades(tx, snapshot.id, members, labelling);
      await audit(tx, {
        actor,
        action: 'cohort.freeze',
        subjectType: 'snapshot',
        subjectId: snapshot.id,
        detail: { cohortId, hash, images: count, ...(labelRule && { labelRule }) },
      });
      return snapshot;
    },
    // Everything must be read as of one moment: the hash and the rows are of the same content.
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead, timeout: 600_000, maxWait: 60_000 },
  );
}

/** A statement's text with its parameters, to be embedded in other statements. */
function membersSql(datasetId: string, filter: ImageFilter): Prisma.Sql {
  const values: unknown[] = [];
  // Prisma numbers the parameters itself: the text is split at each parameter.
  const cut = '\u0001';
  const condition = imageFilterSql(filter, 'i', (value) => `${cut}${values.push(value) - 1}${cut}`);
  const pieces = condition.split(cut);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  const order = pieces.filter((_, index) => index % 2 === 1).map((index) => values[Number(index)]);
  return Prisma.sql`
    select i.id, i.path, i.split, i.sha256, i.spacing_y, i.spacing_x, d.id as diagnosis_id, d.value as diagnosis
    from images i left join diagnoses d on d.image_id = i.id and d.current and d.source = ${REFERENCE}
    where i.dataset_id = ${datasetId}::uuid and i.withdrawal_id is null and ${new Prisma.Sql(texts, order)}`;
}

/**
 * SHA-256 over one line an image (path, content, split, diagnosis), one of its spacing where that is known, and one an
 * annotation (path, rater, structure, content). No ids: the same data imported elsewhere has the same hash, and a reading that was taken back too.
 */
async function fingerprint(tx: Database, members: Prisma.Sql): Promise<{ hash: string; count: number }> {
  const [row] = await tx.$queryRaw<{ hash: string; count: bigint }[]>`
    with members as (${members}),
    lines as (
      select jsonb_build_array('image', path, sha256, split, diagnosis)::text as line from members
      union all
      select jsonb_build_array('spacing', path, spacing_y, spacing_x)::text from members where spacing_y is not null
      union all
      select jsonb_build_array('annotation', m.path, r.name, s.name, a.sha256)::text
      from members m join annotations a on a.image_id = m.id and a.current
        join raters r on r.id = a.rater_id join structures s on s.id = a.structure_id
    )
    select encode(sha256(convert_to(coalesce(string_agg(line, e'\n' order by line collate "C"), ''), 'UTF8')), 'hex') as hash,
      (select count(*) from members) as count
    from lines`;
  return { hash: row.hash, count: Number(row.count) };
}

async function fill(
  tx: Database,
  snapshotId: string,
  members: Prisma.Sql,
  labelling: Labelling | null,
): Promise<void> {
  const reference = Prisma.sql`select id, diagnosis as label, null::int as grade, '{}'::float8[] as probabilities from members`;
  await tx.$executeRaw`
    with members as (${members}),
    labels as (${labelling ? labelsSql(labelling) : reference}),
    frozen as (
      insert into snapshot_images (snapshot_id, image_id, position, split, diagnosis_id, label, grade, probabilities)
      select ${snapshotId}::uuid, id, row_number() over (order by id) - 1, split, diagnosis_id, label, grade, probabilities
      from members join labels using (id)
    )
    insert into snapshot_annotations (snapshot_id, annotation_id)
    select ${snapshotId}::uuid, a.id from annotations a join members m on m.id = a.image_id where a.current`;
}

/** Drops conditions that have no effect, so equal filters are stored alike. */
function plain(filter: ImageFilter): Prisma.InputJsonObject {
  return JSON.parse(
    JSON.stringify(filter, (_, value: unknown) => value ?? undefined),
  ) as Prisma.InputJsonObject;
}
