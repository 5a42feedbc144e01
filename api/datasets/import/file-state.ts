import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { canonicalJson } from '../../../ml/canonical-json.ts';
import type { Dataset, Row } from '../../../ml/data/readers/reader.ts';
import { codeVersion } from '../../runs/code-version.ts';

/**
 * What a row says and the state of its files, as a hash: equal hashes mean that looking again would find the same. Of
 * each file: device, inode, size, and the times of its last change, in nanoseconds. Who puts another file in its place
 * and keeps its size and its time of modification (cp -p, rsync -t, touch -d) still changes inode or change time.
 */
export interface FileState {
  /** For an import that adds and revises. */
  readonly plain: string;
  /** For one that mirrored the folder: what was gone from the row was withdrawn too. */
  readonly mirrored: string;
}

export type StateOf = (row: Row) => Promise<FileState | null>;

// A file changed this shortly before it is looked at may change again without its times showing it.
const settledMs = 2000;

/** Null for rows whose state says too little: a file was changed just now, or masks are drawn from files unknown. */
export function fileStates(dataset: Dataset, file: string): StateOf {
  const drawnFrom = once(() => Promise.all((dataset.drawnFrom ?? []).map((path) => stateOf(resolve(path)))));
  const { raters, structures, fit = null, crop = null, range = null } = dataset;
  const { pictures = null, spacingInFiles = false, diagnosisKind = null, diagnosisNames = null } = dataset;
  const read = {
    spacingInFiles,
    raters,
    structures,
    fit,
    crop,
    range,
    pictures,
    diagnosisKind,
    diagnosisNames,
  };
  const about = canonicalJson(JSON.parse(JSON.stringify({ code: codeVersion(), file, ...read })));
  return async (row) => {
    const drawn = row.masks.some((mask) => 'draw' in mask);
    if (drawn && !dataset.drawnFrom) return null;
    const paths = [row.path, ...row.masks.flatMap((mask) => ('draw' in mask ? [] : [mask.path]))];
    const files = await Promise.all(paths.map((path) => stateOf(join(dataset.root, ...path.split(/[\\/]/)))));
    if (drawn) files.push(...(await drawnFrom()));
    if (files.some((state) => state === unsettled)) return null;
    // Where a row stands in its table does not matter.
    const said = canonicalJson(JSON.parse(JSON.stringify({ ...row, row: null })));
    const hash = (mirrored: boolean) =>
      createHash('sha256').update(canonicalJson({ about, said, files, mirrored })).digest('hex');
    return { plain: hash(false), mirrored: hash(true) };
  };
}

const unsettled = 'unsettled';

async function stateOf(path: string): Promise<string> {
  const now = Date.now();
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (!found) return 'not there';
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return isSettled(found, now) ? [dev, ino, size, mtimeNs, ctimeNs].join(' ') : unsettled;
}

function isSettled({ mtimeMs, ctimeMs }: BigIntStats, now: number): boolean {
  const newest = mtimeMs > ctimeMs ? mtimeMs : ctimeMs;
  return Number(newest) < now - settledMs;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
