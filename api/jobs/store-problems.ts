import { causeOf, type Problem } from '../../ml/data/readers/problem.ts';
import { storable } from '../storage/storable.ts';
import type { Queryable } from '../storage/blob-store.ts';

const CHUNK = 5000;

/** Writes all that an import found, in place of what an earlier attempt of its run has written. */
export async function storeProblems(
  client: Queryable,
  runId: string,
  problems: readonly Problem[],
  warnings: readonly Problem[],
): Promise<void> {
  await client.query('delete from import_problems where run_id = $1', [runId]);
  const all = [
    ...problems.map((problem) => ({ ...storable(problem), severity: 'error' })),
    ...warnings.map((problem) => ({ ...storable(problem), severity: 'warning' })),
  ];
  for (let start = 0; start < all.length; start += CHUNK) {
    const rows = all.slice(start, start + CHUNK);
    await client.query(
      `insert into import_problems (run_id, position, severity, cause, file, row, field, message)
       select $1, place + $2, severity::problem_severity, cause, file, row, field, message
       from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[]) with ordinality
         as problem (severity, cause, file, row, field, message, place)`,
      [
        runId,
        start - 1,
        rows.map(({ severity }) => severity),
        rows.map(causeOf),
        rows.map(({ file }) => file),
        rows.map(({ row }) => row),
        rows.map(({ field }) => field),
        rows.map(({ message }) => message),
      ],
    );
  }
}
