import type { Fusion, Model, ModelTask, Run, Snapshot, Split } from '../../prisma/client/client.ts';
import type { Registry, Method } from '../../ml/method.ts';
import type { Database } from '../db.ts';
import { conflict, invalidInput, notFound } from '../errors.ts';

/** What requests for work may build on. Each check throws an error that names field and value. */

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function requireSnapshot(db: Database, id: string): Promise<Snapshot> {
  const snapshot = uuid.test(id) ? await db.snapshot.findUnique({ where: { id } }) : null;
  if (!snapshot) throw notFound('snapshot', id);
  return snapshot;
}

export async function requireImages(db: Database, snapshotId: string, split: Split): Promise<void> {
  const counts = await db.snapshotImage.groupBy({ by: ['split'], where: { snapshotId }, _count: true });
  if (counts.some((found) => found.split === split)) return;
  const there = counts.map((found) => `${found._count} of '${found.split}'`).join(', ');
  throw invalidInput(
    `split '${split}': snapshot ${snapshotId} has no such images; it has ${there || 'none'}`,
    'split',
  );
}

/** `what` reads pictures: an image that was imported without one would fail it in the middle of its work. */
export async function requirePictures(
  db: Database,
  snapshotId: string,
  { what, field }: { readonly what: string; readonly field: string },
): Promise<void> {
  const without = await db.snapshotImage.count({ where: { snapshotId, image: { sha256: null } } });
  if (without === 0) return;
  throw invalidInput(
    `${field}: ${without} images of snapshot ${snapshotId} have no picture, and ${what} reads pictures`,
    field,
  );
}

/** A dataset of diagnoses alone has nothing outlined. */
export async function requireStructures(
  db: Database,
  { id, cohortId }: Snapshot,
  field: string,
): Promise<void> {
  if (await db.structure.count({ where: { dataset: { cohorts: { some: { id: cohortId } } } } })) return;
  throw invalidInput(`${field} '${id}': its dataset has no masks`, field);
}

export async function requireFusion(db: Database, id: string): Promise<Fusion> {
  const found = uuid.test(id) ? await db.fusion.findUnique({ where: { id }, include: { run: true } }) : null;
  if (!found) throw notFound('fusion', id);
  requireSucceeded('fusion', found);
  return found;
}

export async function requireModel(
  db: Database,
  id: string,
  task: ModelTask,
  field: string,
): Promise<Model & { readonly run: Run }> {
  const found = uuid.test(id) ? await db.model.findUnique({ where: { id }, include: { run: true } }) : null;
  if (!found) throw notFound('model', id);
  if (found.task !== task) {
    throw invalidInput(
      `${field} '${id}' is the ${found.task} model '${found.method}': expected a ${task} model`,
      field,
    );
  }
  requireSucceeded('model', found);
  return found;
}

/** One rule for all dependencies: what is not finished is refused, the caller waits for its run. */
function requireSucceeded(kind: string, { id, run }: { id: string; run: Run }): void {
  if (run.status === 'succeeded') return;
  const details = { kind, id, runId: run.id, status: run.status };
  const ended = run.status === 'failed' || run.status === 'cancelled';
  throw conflict(
    ended
      ? `${kind} '${id}' has no result: its run ${run.id} was ${run.status === 'failed' ? 'a failure' : 'cancelled'}`
      : `${kind} '${id}' is not finished: its run ${run.id} is ${run.status}; wait for it`,
    details,
  );
}

/** Both must come from the same images at the same size; `than` says what the other one is. */
export function requireMatch(
  field: string,
  value: Pick<Model, 'id' | 'snapshotId' | 'height' | 'width'>,
  other: {
    readonly snapshotId: string;
    /** Null: any. */
    readonly height: number | null;
    readonly width: number | null;
    readonly what: string;
  },
): void {
  if (value.snapshotId !== other.snapshotId) {
    throw invalidInput(
      `${field} '${value.id}' comes from snapshot ${value.snapshotId}, ${other.what} from ${other.snapshotId}`,
      field,
    );
  }
  const anySize = other.height === null || other.width === null;
  if (!anySize && (value.height !== other.height || value.width !== other.width)) {
    throw invalidInput(
      `${field} '${value.id}' works at ${value.width}×${value.height} pixels, ${other.what} at ${other.width}×${other.height}`,
      field,
    );
  }
}

export function requireMethod<M extends Method>(registry: Registry<M>, name: string, field = 'method'): M {
  if (registry.names.includes(name)) return registry.get(name);
  throw invalidInput(
    `unknown ${registry.kind} '${name}': expected one of ${registry.names.join(', ')}`,
    field,
  );
}

const largestSeed = 2 ** 31 - 1;

export function requireSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed <= largestSeed) return seed;
  throw invalidInput(`seed ${seed}: expected a whole number from 0 to ${largestSeed}`, 'seed');
}

const [smallestSize, largestSize, sizeStep] = [32, 1024, 32];

/** Networks halve their input five times. */
export function requireSize(size: number): number {
  if (Number.isInteger(size) && size >= smallestSize && size <= largestSize && size % sizeStep === 0)
    return size;
  throw invalidInput(
    `size ${size}: expected a multiple of ${sizeStep} from ${smallestSize} to ${largestSize} pixels`,
    'size',
  );
}
