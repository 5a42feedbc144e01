import type { Prisma, Purge } from '../../prisma/client/client.ts';
import { Prisma as Sql } from '../../prisma/client/client.ts';
import { audit } from '../audit/audit.service.ts';
import type { PrismaClient } from '../db.ts';
import { conflict, invalidInput, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { askToStop, createRun } from '../runs/runs.service.ts';
import {
  parseTarget,
  requireReason,
  type Target,
  type WithdrawalTarget,
} from '../withdrawals/withdrawal-targets.ts';
import { decidingPurgeSql } from '../storage/purge-lock.ts';
import { markPurgedBlobs } from '../storage/mark-purged-blobs.ts';
import { runsAtWork, snapshotsOf } from '../storage/purge-sql.ts';

export interface PurgeContext {
  readonly prisma: PrismaClient;
  /** Who decides it, for the purge and the audit. */
  readonly actor: string;
}

export interface PurgeInput extends Omit<WithdrawalTarget, 'diagnosisIds'> {
  readonly reason: string;
  readonly cancelRuns?: boolean | null;
}

/**
 * Withdraws what is not withdrawn yet and marks its bytes, which are not read from then on; the run deletes them. Runs
 * at work on it are cancelled, or the purge is refused.
 * @throws NOT_FOUND; CONFLICT where everything was purged before, or runs are at work and may not be cancelled.
 */
export async function purge({ prisma, actor }: PurgeContext, input: PurgeInput): Promise<Purge> {
  const target = parseTarget(input);
  const reason = requireReason(input.reason);
  return prisma.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe(decidingPurgeSql);
      const purge = await createPurge(tx, { actor, reason });
      const rows = await markRows(tx, target, purge.id, { actor, reason });
      const cancelled = await stopRuns(tx, purge.id, actor, input.cancelRuns ?? false);
      const blobs = await markPurgedBlobs(tx, purge.id);
      await audit(tx, {
        ...{ actor, action: `${target.kind}.purge`, subjectType: 'purge', subjectId: purge.id },
        detail: {
          reason,
          ...described(target),
          ...rows,
          blobs: blobs.marked,
          sharedBlobs: blobs.shared,
          cancelled,
        },
      });
      return purge;
    },
    { timeout: 600_000, maxWait: 60_000 },
  );
}

interface Act {
  readonly actor: string;
  readonly reason: string;
}

async function createPurge(tx: Prisma.TransactionClient, act: Act): Promise<Purge> {
  const purgeId = newId();
  const { run } = await createRun(tx, { kind: 'purge', request: { purgeId }, seed: 0, actor: act.actor });
  return tx.purge.create({ data: { id: purgeId, runId: run.id, ...act } });
}

/** Images go with their annotations; free text that came with them may tell who they show, and goes too. */
async function markRows(
  tx: Prisma.TransactionClient,
  target: Target,
  purgeId: string,
  act: Act,
): Promise<{ images: number; annotations: number }> {
  if (target.kind === 'diagnosis')
    throw invalidInput('diagnosisIds: a diagnosis has no bytes; withdraw it', 'diagnosisIds');
  const images = target.kind === 'annotation' ? [] : await imagesOf(tx, target as OfImages);
  const ofImages = Sql.sql`image_id = any(${images}::uuid[])`;
  const which = target.kind === 'annotation' ? Sql.sql`id = any(${[...target.ids]}::uuid[])` : ofImages;
  if (target.kind === 'annotation') await requireAnnotations(tx, target.ids);
  const { id: withdrawalId } = await tx.withdrawal.create({ data: act });
  const marked =
    await tx.$executeRaw`update images set purge_id = ${purgeId}::uuid, metadata = '{}', file_state = null,
    withdrawal_id = coalesce(withdrawal_id, ${withdrawalId}::uuid) where id = any(${images}::uuid[])`;
  const annotations =
    await tx.$executeRaw`update annotations set purge_id = ${purgeId}::uuid, current = false,
    withdrawal_id = coalesce(withdrawal_id, ${withdrawalId}::uuid) where ${which} and not ${isPurged('annotations')}`;
  if (marked + annotations === 0) throw conflict('all of it was purged before', { ...described(target) });
  await tx.$executeRaw`update images set file_state = null
    where id in (select image_id from annotations where purge_id = ${purgeId}::uuid)`;
  if (target.kind === 'dataset')
    await tx.dataset.updateMany({
      where: { id: target.datasetId, withdrawalId: null },
      data: { withdrawalId },
    });
  return { images: marked, annotations };
}

/** Those that are not purged yet, locked. */
async function imagesOf(tx: Prisma.TransactionClient, target: OfImages): Promise<string[]> {
  const which = conditionOf(target);
  const rows = await tx.$queryRaw<{ id: string; purged: boolean }[]>`
    select id::text, ${isPurged('images')} as purged from images where ${which} order by id for update`;
  const known = new Set(rows.map(({ id }) => id));
  const missing = 'ids' in target ? target.ids.find((id) => !known.has(id)) : undefined;
  if (missing) throw notFound('image', missing);
  if (rows.length === 0) throw notFound(target.kind, nameOf(target));
  return rows.filter(({ purged }) => !purged).map(({ id }) => id);
}

type OfImages =
  | { readonly kind: 'image'; readonly ids: readonly string[] }
  | Extract<Target, { kind: 'subject' | 'dataset' }>;

function nameOf(target: OfImages): string {
  if ('ids' in target) return target.ids.join(', ');
  return target.kind === 'subject' ? target.name : target.datasetId;
}

/** A purge whose run came to nothing is decided anew. */
function isPurged(table: 'images' | 'annotations'): Prisma.Sql {
  return Sql.sql`(purge_id is not null and not exists (select from purges p join runs r on r.id = p.run_id
    where p.id = ${Sql.raw(table)}.purge_id and r.status in ('failed', 'cancelled')))`;
}

function conditionOf(target: OfImages): Prisma.Sql {
  if ('ids' in target) return Sql.sql`id = any(${[...target.ids]}::uuid[])`;
  const ofDataset = Sql.sql`dataset_id = ${target.datasetId}::uuid`;
  return target.kind === 'subject' ? Sql.sql`${ofDataset} and subject = ${target.name}` : ofDataset;
}

async function requireAnnotations(tx: Prisma.TransactionClient, ids: readonly string[]): Promise<void> {
  const rows = await tx.annotation.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing) throw notFound('annotation', missing);
}

/** How many runs were cancelled. They may still be writing: the purge's own run waits for their end. */
async function stopRuns(
  tx: Prisma.TransactionClient,
  purgeId: string,
  actor: string,
  cancelRuns: boolean,
): Promise<number> {
  const runs = await tx.$queryRaw<{ id: string; kind: string; status: string }[]>(
    runsAtWork(snapshotsOf(purgeId)),
  );
  if (runs.length > 0 && !cancelRuns) {
    const shown = runs.slice(0, 5).map(({ id, kind, status }) => `${kind} ${id} (${status})`);
    throw conflict(
      `${runs.length} runs are at work on this: ${shown.join(', ')}${runs.length > 5 ? ', …' : ''}; wait for them, or purge with cancelRuns: true`,
      { runIds: runs.map(({ id }) => id) },
    );
  }
  for (const { id } of runs) await askToStop(tx, id, actor);
  return runs.length;
}

function described(target: Target): Prisma.InputJsonObject {
  const { kind, ...which } = target;
  return { kind, ...('ids' in which ? { ids: which.ids.slice(0, 100) } : which) };
}
