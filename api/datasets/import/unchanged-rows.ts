import type { RowResult } from '../../../ml/data/readers/reader.ts';
import type { Queryable } from '../../storage/blob-store.ts';
import type { StateOf } from './file-state.ts';

export type LookedAt = RowResult & {
  /** To be stored with the image: what its next import compares with. */
  readonly state: string | null;
  /** Looking at its files again would find what is stored. */
  readonly unchanged: boolean;
};

interface Options {
  readonly datasetId: string | null;
  readonly stateOf: StateOf;
  readonly mirror: boolean;
  /** Look at every file, whatever its state. */
  readonly verify: boolean;
}

const chunk = 500;

/** The rows in order, each with whether its files need to be looked at: one statement for many rows, no file opened. */
export async function* withStates(
  client: Queryable,
  rows: AsyncIterable<RowResult>,
  options: Options,
): AsyncGenerator<LookedAt> {
  let waiting: RowResult[] = [];
  for await (const result of rows) {
    waiting.push(result);
    if (waiting.length < chunk) continue;
    yield* await compared(client, waiting, options);
    waiting = [];
  }
  yield* await compared(client, waiting, options);
}

async function compared(
  client: Queryable,
  results: readonly RowResult[],
  { datasetId, stateOf, mirror, verify }: Options,
): Promise<LookedAt[]> {
  const paths = results.flatMap((result) => ('row' in result ? [result.row.path] : []));
  const known =
    datasetId && !verify ? await knownStates(client, datasetId, paths) : new Map<string, string>();
  return Promise.all(
    results.map(async (result) => {
      if (!('row' in result)) return { ...result, state: null, unchanged: false };
      const now = await stateOf(result.row);
      const before = known.get(result.row.path);
      const unchanged = now !== null && (before === now.mirrored || (!mirror && before === now.plain));
      return { ...result, state: (mirror ? now?.mirrored : now?.plain) ?? null, unchanged };
    }),
  );
}

async function knownStates(
  client: Queryable,
  datasetId: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ path: string; file_state: string }>(
    `select path, file_state from images
     where dataset_id = $1 and path = any($2) and file_state is not null and withdrawal_id is null`,
    [datasetId, paths],
  );
  return new Map(rows.map((row) => [row.path, row.file_state]));
}
