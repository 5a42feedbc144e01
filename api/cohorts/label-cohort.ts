import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { canonicalJson } from '../../ml/canonical-json.ts';
import { SettingsError } from '../../ml/errors.ts';
import { valueNames, type DiagnosisScale } from '../../ml/grades/scale.ts';
import {
  asInput,
  labelImages,
  parseLabelRule,
  type Labelled,
  type LabelRule,
} from '../../ml/label-fusion/label-rule.ts';
import { Prisma, type Dataset } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';

/** What a snapshot freezes of diagnoses beyond the reference of a binary scale. */
export interface Labelling {
  readonly rule: LabelRule | null;
  /** By image; null without a rule: no image has a label. */
  readonly labelled: Labelled | null;
  readonly imageIds: readonly string[];
  /** Of everything that the labels are made of. */
  readonly hash: (content: string) => string;
}

type Scaled = Pick<Dataset, 'diagnosisKind' | 'diagnosisNames' | 'labelRule'>;

/**
 * The labels of a cohort's images by the rule that is asked for, else by the dataset's own. null where there is neither
 * and the scale is binary: then the reference is the label, and nothing else is frozen.
 * @throws INVALID_INPUT for a rule that the scale or the diagnoses do not allow.
 */
export async function labelCohort(
  tx: Database,
  { members, dataset, asked }: { members: Prisma.Sql; dataset: Scaled; asked: unknown },
): Promise<Labelling | null> {
  const scale: DiagnosisScale = { kind: dataset.diagnosisKind, names: dataset.diagnosisNames };
  const given = asked ?? (dataset.labelRule && asInput(dataset.labelRule as unknown as LabelRule));
  if (given == null && scale.kind === 'binary') return null;
  try {
    const rule = given == null ? null : parseLabelRule(given, scale);
    const { imageIds, table } = await readGrades(tx, members, scale);
    const labelled = rule && (await finish(labelImages(rule, scale, table)));
    const content = {
      scale,
      rule,
      grades: table.ids.map((path, i) => [path, table.grades[i]]),
      graders: table.graders,
    };
    const hash = (rest: string): string =>
      createHash('sha256')
        .update(canonicalJson({ rest, ...content }))
        .digest('hex');
    return { rule, labelled, imageIds, hash };
  } catch (error) {
    throw error instanceof SettingsError ? invalidInput(error.message, error.field) : error;
  }
}

/** A fusion of grades may take seconds: requests that come meanwhile are answered between its iterations. */
async function finish(work: Generator<void, Labelled>): Promise<Labelled> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await setImmediate();
  }
}

/** All sources' current grades of the members. In the order of paths and names, so that ids decide nothing. */
async function readGrades(tx: Database, members: Prisma.Sql, scale: DiagnosisScale) {
  const rows = await tx.$queryRaw<
    { id: string; path: string; subject: string; grades: Record<string, number> }[]
  >`with members as (${members})
    select m.id::text, m.path, i.subject, coalesce((select jsonb_object_agg(d.source, d.value) from diagnoses d
      where d.image_id = m.id and d.current and d.value is not null), '{}') as grades
    from members m join images i on i.id = m.id order by m.path collate "C"`;
  const graders = [...new Set(rows.flatMap(({ grades }) => Object.keys(grades)))].sort();
  const table = {
    classes: valueNames(scale).length,
    graders,
    ids: rows.map(({ path }) => path),
    subjects: rows.map(({ subject }) => subject),
    grades: rows.map(({ grades }) => graders.map((grader) => grades[grader] ?? null)),
  };
  return { imageIds: rows.map(({ id }) => id), table };
}

/** Freezes every source's diagnoses, and the graders as the fusion sees them. */
export async function storeGrades(
  tx: Database,
  snapshotId: string,
  members: Prisma.Sql,
  { labelled }: Labelling,
): Promise<void> {
  await tx.$executeRaw`with members as (${members})
    insert into snapshot_diagnoses (snapshot_id, diagnosis_id)
    select ${snapshotId}::uuid, d.id from diagnoses d join members m on m.id = d.image_id where d.current`;
  await tx.snapshotGrader.createMany({
    data: (labelled?.graders ?? []).map(({ name, grades, confusion, ability }, position) => {
      return { snapshotId, name, position, grades, confusion: [...(confusion ?? [])], ability };
    }),
  });
}

/** A table of the images' labels, to be joined: id, label, grade, probabilities. */
export function labelsSql({ imageIds, labelled }: Labelling): Prisma.Sql {
  const rows = imageIds.map((id, i) => ({
    id,
    label: labelled?.labels[i] ?? null,
    grade: labelled?.grades[i] ?? null,
    probabilities: [...(labelled?.probabilities?.[i] ?? [])],
  }));
  return Prisma.sql`select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as row (id uuid, label int, grade int, probabilities float8[])`;
}
