import type pg from 'pg';
import { DatasetError, type Problem } from '../../../ml/data/readers/problem.ts';
import { openDataset } from '../../../ml/data/readers/open-dataset.ts';
import type { Dataset, RowResult } from '../../../ml/data/readers/reader.ts';
import { badManifest, cancelled, errorCode } from '../../errors.ts';
import type { BlobStore } from '../../storage/blob-store.ts';
import { acrossRows } from './across-rows.ts';
import { prepareImage, type Prepared, type PreparedImage } from './prepare-image.ts';
import { inOrder } from './in-order.ts';
import { openImportBlobs, type ImportBlobs } from './import-blobs.ts';
import { openSpool, type Spool } from './spool.ts';
import { storeDataset } from './store-dataset.ts';
import { storeImages, type Counts } from './store-images.ts';

/** Rows whose files are read at the same time. */
const PARALLEL = 4;
const CHUNK = 500;
/** In all-or-nothing mode, so many problems are collected before it gives up: more than anybody reads, and they fit into memory. */
const PROBLEM_LIMIT = 100_000;

export interface ImportDeps {
  pool: pg.Pool;
  blobs: BlobStore;
  /** Who imports, for the audit. */
  actor?: string;
}

export interface ImportProgress {
  stage: 'reading' | 'storing';
  done: number;
  total: number;
}

export interface ImportRequest {
  /** A folder in a layout that a reader knows, or the file that describes it. */
  path: string;
  /** Name of the reader. If omitted, the first that recognises the path. */
  format?: string | null;
  /** The reader's settings. */
  options?: Readonly<Record<string, unknown>>;
  /** Leave bad rows out and report them, instead of refusing the whole. */
  skipBad?: boolean;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
}

export interface ImportReport extends Counts {
  datasetId: string;
  dataset: string;
  /** Rows that were left out (skipBad), each with what is wrong. */
  skipped: Problem[];
  skippedRows: number;
  /** What is odd, but may be meant so. */
  warnings: Problem[];
}

/**
 * Reads a folder into the store. First every row's files are read, checked and put into blob storage,
 * which is harmless to repeat; then all database rows are written in one transaction. So a bad row, a full disk or an
 * abort leaves the database as it was, and importing the same folder again changes nothing. Blobs that turn out to be
 * unused are removed, unless another import is running or this one is only interrupted.
 */
export async function importDataset(deps: ImportDeps, request: ImportRequest): Promise<ImportReport> {
  return read(deps, request).catch((error: unknown) => {
    throw error instanceof DatasetError ? badManifest(error.problems) : error;
  });
}

/** What a failed import found wrong with the dataset; empty where something else has failed. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (errorCode(error) !== 'BAD_MANIFEST') return [];
  return (error as { extensions: { problems: readonly Problem[] } }).extensions.problems;
}

async function read(deps: ImportDeps, request: ImportRequest): Promise<ImportReport> {
  const dataset = await openDataset(request.path, request);
  const total = await dataset.countRows();
  if (total === 0)
    throw badManifest([{ file: dataset.file, row: null, field: 'images', message: 'there are no rows' }]);
  const spool = await openSpool<PreparedImage>();
  const blobs = await openImportBlobs(deps.blobs, deps.pool);
  try {
    const report = await importRows({ ...deps, blobs }, dataset, spool, request, total);
    if (report.skippedRows > 0) await blobs.cleanUp();
    return report;
  } catch (error) {
    // Report what went wrong first.
    if (!isInterrupted(request.signal)) await blobs.cleanUp().catch(() => undefined);
    throw error;
  } finally {
    await blobs.close();
    await spool.remove();
  }
}

/** The worker stops: another one resumes this import and uses what is there. Cancelling is a different case. */
function isInterrupted(signal: AbortSignal | undefined): boolean {
  return signal !== undefined && signal.aborted && errorCode(signal.reason) !== 'CANCELLED';
}

type Deps = Omit<ImportDeps, 'blobs'> & { blobs: ImportBlobs };

async function importRows(
  deps: Deps,
  dataset: Dataset,
  spool: Spool<PreparedImage>,
  request: ImportRequest,
  total: number,
): Promise<ImportReport> {
  const skipped = await readRows(deps.blobs, dataset, spool, request, total);
  const { report, problems } = await transaction(deps.pool, (client) =>
    storeAll(client, deps, dataset, spool, request, total - skipped.rows),
  );
  return {
    ...report,
    dataset: dataset.name,
    skipped: [...skipped.problems, ...problems],
    skippedRows: skipped.rows + problems.length,
    warnings: skipped.warnings,
  };
}

interface Skipped {
  problems: Problem[];
  warnings: Problem[];
  rows: number;
}

/** Checks all rows and puts the good ones into the spool; bad ones are answered, or thrown together. */
async function readRows(
  blobs: ImportBlobs,
  dataset: Dataset,
  spool: Spool<PreparedImage>,
  { skipBad = false, signal, onProgress }: ImportRequest,
  total: number,
): Promise<Skipped> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let [done, rows] = [0, 0];
  const reject = (found: readonly Problem[]) => {
    problems.push(...found);
    rows++;
    if (!skipBad && problems.length >= PROBLEM_LIMIT) throw badManifest(problems);
  };
  const compare = acrossRows(dataset);
  const prepare = (result: RowResult): Promise<Prepared> =>
    'problems' in result ? Promise.resolve(result) : prepareImage(blobs, dataset, result.row);
  for await (const prepared of inOrder(dataset.rows(), PARALLEL, prepare, signal)) {
    stopIfAborted(signal);
    if ('problems' in prepared) reject(prepared.problems);
    else {
      const found = compare(prepared.image, prepared.identity);
      if (found.problems.length > 0) reject(found.problems);
      else {
        warnings.push(...prepared.warnings, ...found.warnings);
        await spool.push(prepared.image);
      }
    }
    onProgress?.({ stage: 'reading', done: ++done, total });
  }
  if (problems.length > 0 && !skipBad) throw badManifest(problems);
  return { problems, warnings, rows };
}

async function storeAll(
  client: pg.PoolClient,
  { blobs, actor = 'system' }: Deps,
  dataset: Dataset,
  spool: Spool<PreparedImage>,
  { skipBad = false, signal, onProgress }: ImportRequest,
  total: number,
): Promise<{ report: Counts & { datasetId: string }; problems: Problem[] }> {
  const stored = await storeDataset(client, dataset);
  const counts: Counts = {
    imagesAdded: 0,
    imagesUpdated: 0,
    imagesUnchanged: 0,
    annotationsAdded: 0,
    annotationsChanged: 0,
    diagnosesAdded: 0,
    diagnosesChanged: 0,
  };
  const problems: Problem[] = [];
  let done = 0;
  for await (const chunk of spool.chunks(CHUNK)) {
    stopIfAborted(signal);
    problems.push(...(await storeImages(client, blobs, stored, chunk, counts)));
    if (problems.length > 0 && !skipBad) throw badManifest(problems);
    onProgress?.({ stage: 'storing', done: (done += chunk.length), total });
  }
  if (stored.added || changes(counts) > 0) await audit(client, actor, stored.id, dataset.name, counts);
  await blobs.assertGuarded();
  stopIfAborted(signal); // the last moment: what follows is the commit
  return { report: { ...counts, datasetId: stored.id }, problems };
}

function changes({ imagesUnchanged: _, ...counts }: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function audit(
  client: pg.PoolClient,
  actor: string,
  datasetId: string,
  name: string,
  counts: Counts,
): Promise<void> {
  await client.query(
    `insert into audit_events (actor, action, subject_type, subject_id, detail) values ($1, 'dataset.import', 'dataset', $2, $3)`,
    [actor, datasetId, { name, ...counts }],
  );
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw signal.reason instanceof Error ? signal.reason : cancelled('the import was cancelled');
}

async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
