import type pg from 'pg';
import { DatasetError, type Problem } from '../../../ml/data/readers/problem.ts';
import { openDataset } from '../../../ml/data/readers/open-dataset.ts';
import type { Dataset, Row } from '../../../ml/data/readers/reader.ts';
import { badManifest, cancelled, errorCode } from '../../errors.ts';
import type { BlobStore } from '../../storage/blob-store.ts';
import { lockAgainstPurges } from '../../storage/purge-lock.ts';
import { datasetName } from './dataset-name.ts';
import { fileStates } from './file-state.ts';
import { findDataset, originOf, type Claim } from './find-dataset.ts';
import { prepareImage, type Prepared, type PreparedImage } from './prepare-image.ts';
import { inOrder } from './in-order.ts';
import { openImportBlobs, type ImportBlobs } from './import-blobs.ts';
import { leaveOut, nothingLeft, withoutWithdrawn, type LeftWithdrawn } from './left-withdrawn.ts';
import { collectGone, mirror, nothingMirrored, type Gone, type Mirrored } from './mirror.ts';
import { recordOrigin } from './record-origin.ts';
import { openSpool, type Spool } from './spool.ts';
import { storeDataset, type StoredDataset } from './store-dataset.ts';
import { storeImages, type Counts } from './store-images.ts';
import { acrossRows, type Found, type Places } from './across-rows.ts';
import { assertOneSplit, splitProblems } from './subject-splits.ts';
import { withStates, type LookedAt } from './unchanged-rows.ts';

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
  /** Name of the dataset. If omitted, the one that its description gives. */
  name?: string | null;
  /** Add to a dataset that another folder made. */
  add?: boolean;
  /** Withdraw what came from this folder and is not there any more. */
  mirror?: boolean;
  /** How many rows that may be; null: half of each kind. */
  mirrorLimit?: number | null;
  /** Take back what was withdrawn, where the folder still has it. */
  restore?: boolean;
  /** Look at every file, even where neither row nor file seems to have changed. */
  verify?: boolean;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
}

export interface ImportReport extends Counts, Mirrored {
  datasetId: string;
  dataset: string;
  /** True where this import made the dataset; false where it added to one that there was. */
  datasetAdded: boolean;
  /** What was withdrawn before and has come back (`restore`). */
  imagesRestored: number;
  /** What the folder has and what stays withdrawn. */
  leftWithdrawn: LeftWithdrawn;
  /** Images whose files did not need to be looked at: nothing about them has changed. */
  imagesNotLookedAt: number;
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
  const opened = await openDataset(request.path, request);
  const dataset = { ...opened, name: datasetName(request.name ?? opened.name, opened.file) };
  const total = await dataset.countRows();
  if (total === 0)
    throw badManifest([{ file: dataset.file, row: null, field: 'images', message: 'there are no rows' }]);
  const { add, restore } = request;
  const claim = { name: dataset.name, file: await originOf(dataset.file), add, restore };
  // Asked again when everything is written (store-dataset.ts); here it saves reading the files.
  const found = await findDataset(deps.pool, claim);
  const spool = await openSpool<PreparedImage>();
  const blobs = await openImportBlobs(deps.blobs, deps.pool, request);
  try {
    const asked = { dataset, spool, request, total, claim, datasetId: found?.id ?? null };
    const report = await importRows({ ...deps, blobs }, asked);
    if (report.skippedRows + report.leftWithdrawn.images > 0) await blobs.cleanUp();
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

/** One import under way. */
interface Importing {
  readonly dataset: Dataset;
  readonly spool: Spool<PreparedImage>;
  readonly request: ImportRequest;
  readonly total: number;
  readonly claim: Claim;
  /** Null where the dataset is new. */
  readonly datasetId: string | null;
}

/** The worker stops: another one resumes this import and uses what is there. Cancelling is a different case. */
function isInterrupted(signal: AbortSignal | undefined): boolean {
  return signal !== undefined && signal.aborted && errorCode(signal.reason) !== 'CANCELLED';
}

type Deps = Omit<ImportDeps, 'blobs'> & { blobs: ImportBlobs };

async function importRows(deps: Deps, importing: Importing): Promise<ImportReport> {
  const read = await readRows(deps, importing);
  const { report, problems } = await transaction(deps.pool, (client) =>
    storeAll(client, deps, importing, read),
  );
  return {
    ...report,
    skipped: [...read.problems, ...problems],
    skippedRows: read.rows + problems.length,
    warnings: read.warnings,
  };
}

interface ReadRows {
  readonly problems: Problem[];
  readonly warnings: Problem[];
  /** Rows with problems. */
  rows: number;
  /** Rows whose images are as they were stored; their files were not opened. */
  unchanged: number;
  readonly left: LeftWithdrawn;
  /** The folder's rows, compared with each other. */
  readonly places: Places;
}

/** Checks all rows and puts the good ones into the spool; bad ones are answered, or thrown together. */
async function readRows({ blobs, pool }: Deps, importing: Importing): Promise<ReadRows> {
  const { dataset, spool, request, total, claim, datasetId } = importing;
  const { skipBad = false, mirror = false, verify = false, signal, onProgress } = request;
  const places = acrossRows(dataset);
  const read: ReadRows = { problems: [], warnings: [], rows: 0, unchanged: 0, left: nothingLeft(), places };
  const reject = (found: readonly Problem[]) => {
    read.problems.push(...found);
    read.rows++;
    if (!skipBad && read.problems.length >= PROBLEM_LIMIT) throw badManifest(read.problems);
  };
  const stateOf = fileStates(dataset, claim.file);
  const rows = withStates(pool, dataset.rows(), { datasetId, stateOf, mirror, verify });
  const prepare = async (result: LookedAt): Promise<Prepared | Unchanged> => {
    if ('problems' in result) return result;
    return result.unchanged
      ? { unchanged: result.row }
      : prepareImage(blobs, dataset, result.row, result.state);
  };
  let done = 0;
  for await (const prepared of inOrder(rows, PARALLEL, prepare, signal)) {
    stopIfAborted(signal);
    const found = 'problems' in prepared ? { ...prepared, warnings: [] } : compare(places, prepared);
    if (found.problems.length > 0) reject(found.problems);
    else {
      read.warnings.push(...found.warnings);
      if ('image' in prepared) await spool.push(prepared.image);
      else if ('unchanged' in prepared) read.unchanged++;
      else if ('purged' in prepared)
        leaveOut(read.left, 'images', `${prepared.purged.path}: its bytes were purged`);
    }
    onProgress?.({ stage: 'reading', done: ++done, total });
  }
  if (read.problems.length > 0 && !skipBad) throw badManifest(read.problems);
  return read;
}

type Unchanged = { unchanged: Row };

function compare(places: Places, prepared: Exclude<Prepared | Unchanged, { problems: unknown }>): Found {
  if ('unchanged' in prepared) return places.compare(prepared.unchanged, null);
  if ('purged' in prepared) return places.compare(prepared.purged, null);
  const { problems, warnings } = places.compare(prepared.image, prepared.identity);
  return { problems, warnings: [...prepared.warnings, ...warnings] };
}

async function storeAll(
  client: pg.PoolClient,
  { blobs, actor = 'system' }: Deps,
  { dataset, spool, request, total, claim }: Importing,
  { rows, unchanged, left, places }: ReadRows,
): Promise<{ report: Omit<ImportReport, 'skipped' | 'skippedRows' | 'warnings'>; problems: Problem[] }> {
  const { skipBad = false, restore = false, signal, onProgress } = request;
  await lockAgainstPurges(client);
  const stored = await storeDataset(client, dataset, claim);
  const counts: Counts = { ...noCounts, imagesUnchanged: unchanged };
  const problems: Problem[] = [];
  const gone: Gone = { annotations: [], diagnoses: [] };
  let [done, imagesRestored] = [0, 0];
  for await (const chunk of spool.chunks(CHUNK)) {
    stopIfAborted(signal);
    const kept = await withoutWithdrawn({ client, blobs, dataset: stored, restore }, chunk, left);
    const split = await splitProblems(client, stored.id, kept.images, (path) => places.has(path));
    const found = [...kept.problems, ...split];
    const bad = new Set(found.map(({ row }) => row));
    const good = kept.images.filter(({ row }) => !bad.has(row));
    problems.push(...found, ...(await storeImages(client, blobs, stored, good, counts)));
    if (problems.length > 0 && !skipBad) throw badManifest(problems);
    if (request.mirror) await collectGone(client, stored, good, gone);
    await recordOrigin(client, stored, good);
    imagesRestored += kept.restored;
    onProgress?.({ stage: 'storing', done: (done += chunk.length), total: total - rows - unchanged });
  }
  const { mirrorLimit: limit = null } = request;
  const mirrored = request.mirror
    ? await mirror(client, stored, gone, { actor, limit, file: claim.file, paths: places.paths() })
    : nothingMirrored;
  await assertOneSplit(client, stored.id, places.subjects(), dataset.file);
  const report = {
    ...{ ...counts, ...mirrored, imagesRestored, leftWithdrawn: left, imagesNotLookedAt: unchanged },
    ...{ datasetId: stored.id, dataset: stored.name, datasetAdded: stored.added },
  };
  if (stored.added || changes(counts) + imagesRestored + changes(mirrored) > 0)
    await audit(client, actor, stored, { ...counts, ...mirrored, imagesRestored });
  await blobs.assertGuarded();
  stopIfAborted(signal); // the last moment: what follows is the commit
  return { report, problems };
}

const noCounts: Counts = {
  imagesAdded: 0,
  imagesUpdated: 0,
  imagesUnchanged: 0,
  annotationsAdded: 0,
  annotationsChanged: 0,
  diagnosesAdded: 0,
  diagnosesChanged: 0,
};

function changes(counts: Counts | Mirrored): number {
  const changed = Object.values({ ...counts, imagesUnchanged: 0 });
  return changed.reduce((sum, count) => sum + count, 0);
}

async function audit(
  client: pg.PoolClient,
  actor: string,
  { id, name }: StoredDataset,
  counts: Counts & Mirrored & { imagesRestored: number },
): Promise<void> {
  await client.query(
    `insert into audit_events (actor, action, subject_type, subject_id, detail) values ($1, 'dataset.import', 'dataset', $2, $3)`,
    [actor, id, { name, ...counts }],
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
