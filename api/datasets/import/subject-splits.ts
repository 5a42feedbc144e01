import type { Problem } from '../../../ml/data/readers/problem.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import { badManifest } from '../../errors.ts';

interface Place {
  readonly path: string;
  readonly row: number;
  readonly subject: string;
  readonly split: string;
}

/**
 * Rows whose subject has another split in an image that is stored already and that this import does not name. (What it
 * does name is compared row with row; a subject all of whose images move together is no problem.)
 */
export async function splitProblems(
  client: Queryable,
  datasetId: string,
  rows: readonly Place[],
  isNamed: (path: string) => boolean,
): Promise<Problem[]> {
  const { rows: stored } = await client.query<{ subject: string; split: string; path: string }>(
    `select subject, split, path from images
     where dataset_id = $1 and withdrawal_id is null and subject = any($2) order by path`,
    [datasetId, [...new Set(rows.map(({ subject }) => subject))]],
  );
  const others = new Map<string, (typeof stored)[number][]>();
  for (const image of stored) {
    if (!isNamed(image.path)) others.set(image.subject, [...(others.get(image.subject) ?? []), image]);
  }
  return rows.flatMap(({ path, row, subject, split }) => {
    const other = others.get(subject)?.find((image) => image.split !== split);
    return other ? [{ file: path, row, field: 'split', message: leak(subject, split, other) }] : [];
  });
}

/** The rule itself, once everything is written: @throws BAD_MANIFEST where one of these subjects has two splits. */
export async function assertOneSplit(
  client: Queryable,
  datasetId: string,
  subjects: readonly string[],
  file: string,
): Promise<void> {
  const { rows } = await client.query<{ subject: string; splits: string[] }>(
    `select subject, array_agg(distinct split::text) as splits from images
     where dataset_id = $1 and withdrawal_id is null and subject = any($2)
     group by subject having count(distinct split) > 1 order by subject`,
    [datasetId, subjects],
  );
  if (rows.length === 0) return;
  throw badManifest(
    rows.map(({ subject, splits }) => ({
      file,
      row: null,
      field: 'split',
      message: `subject '${subject}' is in ${splits.map((split) => `'${split}'`).join(' and ')}: its images would leak`,
    })),
  );
}

function leak(subject: string, split: string, other: { split: string; path: string }): string {
  return `subject '${subject}' is in '${split}', and in '${other.split}' in the dataset (${other.path}): its images would leak`;
}
