import { Prisma, type Withdrawal } from '../../prisma/client/client.ts';
import { audit } from '../audit/audit.service.ts';
import { datasetLock } from '../datasets/import/dataset-name.ts';
import type { Database, PrismaClient } from '../db.ts';
import { conflict, notFound } from '../errors.ts';
import { parseTarget, requireReason, type Target, type WithdrawalTarget } from './withdrawal-targets.ts';

export interface WithdrawalContext {
  readonly prisma: PrismaClient;
  /** Who withdraws, for the tombstone and the audit. */
  readonly actor: string;
}

export interface WithdrawInput extends WithdrawalTarget {
  readonly reason: string;
}

/** Waits for an import of the same dataset that is writing. */
const patience = { timeout: 600_000, maxWait: 60_000 };

/**
 * Takes rows back: they stay, point to who, when and why, and are left out of lists, new cohorts and new snapshots.
 * @throws NOT_FOUND for what is not there; CONFLICT for what was withdrawn before.
 */
export async function withdraw(context: WithdrawalContext, input: WithdrawInput): Promise<Withdrawal> {
  const target = parseTarget(input);
  const reason = requireReason(input.reason);
  return context.prisma.$transaction(
    async (tx) => (await withdrawIn(tx, target, { actor: context.actor, reason })).withdrawal,
    patience,
  );
}

interface Act {
  readonly actor: string;
  readonly reason: string;
}

interface Withdrawn {
  readonly withdrawal: Withdrawal;
  readonly count: number;
}

async function withdrawIn(tx: Database, target: Target, act: Act): Promise<Withdrawn> {
  for (const name of await datasetNames(tx, target)) await lockDataset(tx, name);
  const withdrawal = await tx.withdrawal.create({ data: act });
  const count = await takeBack(tx, target, withdrawal.id);
  await audit(tx, {
    actor: act.actor,
    action: `${target.kind}.withdraw`,
    subjectType: 'withdrawal',
    subjectId: withdrawal.id,
    detail: { reason: act.reason, ...described(target), rows: count },
  });
  return { withdrawal, count };
}

/** Images of a subject or dataset that were withdrawn before stay with their first withdrawal. */
async function takeBack(tx: Database, target: Target, withdrawalId: string): Promise<number> {
  switch (target.kind) {
    case 'dataset': {
      const { count } = await tx.dataset.updateMany({
        where: { id: target.datasetId, withdrawalId: null },
        data: { withdrawalId },
      });
      if (!count) throw conflict(`dataset '${target.datasetId}' was withdrawn before`, { ...target });
      const images = await tx.image.updateMany({
        where: { datasetId: target.datasetId, withdrawalId: null },
        data: { withdrawalId },
      });
      return images.count + 1;
    }
    case 'subject': {
      const where = { datasetId: target.datasetId, subject: target.name };
      if (!(await tx.image.count({ where }))) throw notFound('subject', target.name);
      const { count } = await tx.image.updateMany({
        where: { ...where, withdrawalId: null },
        data: { withdrawalId },
      });
      if (!count)
        throw conflict(`all images of subject '${target.name}' were withdrawn before`, { ...target });
      return count;
    }
    default:
      return takeBackRows(tx, target, withdrawalId);
  }
}

const tables = { image: 'images', annotation: 'annotations', diagnosis: 'diagnoses' } as const;

async function takeBackRows(
  tx: Database,
  { kind, ids }: Extract<Target, { ids: readonly string[] }>,
  withdrawalId: string,
): Promise<number> {
  const table = Prisma.raw(tables[kind]);
  const rows = await tx.$queryRaw<{ id: string; withdrawalId: string | null; current: boolean }[]>`
    select id::text, withdrawal_id::text as "withdrawalId", ${kind === 'image' ? Prisma.sql`true` : Prisma.sql`current`} as current
    from ${table} where id = any(${ids}::uuid[]) order by id for update`;
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing) throw notFound(kind, missing);
  const before = rows.find((row) => row.withdrawalId !== null);
  if (before)
    throw conflict(`${kind} '${before.id}' was withdrawn before (withdrawal ${before.withdrawalId})`, {
      kind,
      id: before.id,
      withdrawalId: before.withdrawalId,
    });
  const change = kind === 'image' ? Prisma.empty : Prisma.sql`, current = false`;
  await tx.$executeRaw`update ${table} set withdrawal_id = ${withdrawalId}::uuid ${change} where id = any(${ids}::uuid[])`;
  if (kind !== 'image') await lookAgain(tx, kind, ids);
  return rows.length;
}

/** The next import must look at these images again, to tell that something of theirs stays withdrawn. */
async function lookAgain(
  tx: Database,
  kind: 'annotation' | 'diagnosis',
  ids: readonly string[],
): Promise<void> {
  await tx.$executeRaw`update images set file_state = null
    where id in (select image_id from ${Prisma.raw(tables[kind])} where id = any(${ids}::uuid[]))`;
}

/** Of the datasets that the target lies in; in order, so that two who lock several do not wait for each other. */
async function datasetNames(tx: Database, target: Target): Promise<string[]> {
  if ('datasetId' in target) {
    const dataset = await tx.dataset.findUnique({ where: { id: target.datasetId } });
    if (!dataset) throw notFound('dataset', target.datasetId);
    return [dataset.name];
  }
  const images =
    target.kind === 'image'
      ? Prisma.sql`select dataset_id from images where id = any(${target.ids}::uuid[])`
      : Prisma.sql`select i.dataset_id from images i join ${Prisma.raw(tables[target.kind])} r on r.image_id = i.id
          where r.id = any(${target.ids}::uuid[])`;
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select name from datasets where id in (${images}) order by name`;
  return rows.map(({ name }) => name);
}

/** As imports do (find-dataset.ts): both take turns. */
async function lockDataset(tx: Database, name: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${datasetLock(name)}, 0))`;
}

function described(target: Target): Prisma.InputJsonObject {
  const { kind, ...which } = target;
  const shown = 'ids' in which ? { ids: which.ids.slice(0, 100) } : which;
  return { kind, ...shown };
}

export interface RestoreInput {
  readonly withdrawalId: string;
  readonly reason: string;
}

/**
 * Undoes a withdrawal: its rows are there again, but for purged ones, and for readings that have a newer version.
 * @throws NOT_FOUND; CONFLICT where nothing of it is left to restore, or a subject would be in two splits.
 */
export async function restore(
  { prisma, actor }: WithdrawalContext,
  { withdrawalId, reason: given }: RestoreInput,
): Promise<Withdrawal> {
  const reason = requireReason(given);
  return prisma.$transaction(async (tx) => {
    const withdrawal = await tx.withdrawal.findUnique({ where: { id: withdrawalId } });
    if (!withdrawal) throw notFound('withdrawal', withdrawalId);
    for (const name of await namesOf(tx, withdrawalId)) await lockDataset(tx, name);
    const counts = {
      datasets: (await tx.dataset.updateMany({ where: { withdrawalId }, data: { withdrawalId: null } }))
        .count,
      images: await restoreImages(tx, withdrawalId),
      annotations: await restoreReadings(tx, withdrawalId, 'annotations'),
      diagnoses: await restoreReadings(tx, withdrawalId, 'diagnoses'),
    };
    if (Object.values(counts).every((count) => count === 0))
      throw conflict(`withdrawal '${withdrawalId}': nothing of it is left to restore`, { withdrawalId });
    await audit(tx, {
      ...{ actor, action: 'withdrawal.restore', subjectType: 'withdrawal', subjectId: withdrawalId },
      detail: { reason, ...counts },
    });
    return withdrawal;
  }, patience);
}

async function namesOf(tx: Database, withdrawalId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`select name from datasets d
    where withdrawal_id = ${withdrawalId}::uuid or exists (select from images i where i.dataset_id = d.id and (
      i.withdrawal_id = ${withdrawalId}::uuid
      or exists (select from annotations a where a.image_id = i.id and a.withdrawal_id = ${withdrawalId}::uuid)
      or exists (select from diagnoses g where g.image_id = i.id and g.withdrawal_id = ${withdrawalId}::uuid)))
    order by name`;
  return rows.map(({ name }) => name);
}

const identity = { annotations: ['image_id', 'rater_id', 'structure_id'], diagnoses: ['image_id', 'source'] };

async function restoreReadings(
  tx: Database,
  withdrawalId: string,
  table: 'annotations' | 'diagnoses',
): Promise<number> {
  const key = (row: string) => identity[table].map((column) => `${row}.${column}`).join(', ');
  const notPurged = table === 'annotations' ? 'and r.purge_id is null' : '';
  // Of several versions that one withdrawal took, the newest is the current one again.
  return tx.$executeRawUnsafe(
    `update ${table} set withdrawal_id = null, current = true where id in (
       select distinct on (${key('r')}) r.id from ${table} r
       where r.withdrawal_id = $1::uuid ${notPurged} and not exists
         (select from ${table} c where c.current and (${key('c')}) = (${key('r')}))
       order by ${key('r')}, r.version desc)`,
    withdrawalId,
  );
}

/** Those of a withdrawn dataset stay; a subject that has moved to another split in the meantime is refused. */
async function restoreImages(tx: Database, withdrawalId: string): Promise<number> {
  const images = await tx.image.updateManyAndReturn({
    where: { withdrawalId, purgeId: null },
    data: { withdrawalId: null },
    select: { datasetId: true, subject: true, dataset: { select: { name: true, withdrawalId: true } } },
  });
  const gone = images.find(({ dataset }) => dataset.withdrawalId !== null);
  if (gone)
    throw conflict(`dataset '${gone.dataset.name}' is withdrawn: restore that first`, { ...gone.dataset });
  const [leak] = await tx.$queryRaw<{ subject: string }[]>`select subject from images
    where withdrawal_id is null and dataset_id = any(${unique(images, 'datasetId')}::uuid[])
      and subject = any(${unique(images, 'subject')}::text[])
    group by dataset_id, subject having count(distinct split) > 1 limit 1`;
  if (leak)
    throw conflict(`subject '${leak.subject}' would be in two splits: its images would leak`, { ...leak });
  return images.length;
}

function unique<K extends string>(rows: readonly Record<K, string>[], key: K): string[] {
  return [...new Set(rows.map((row) => row[key]))];
}
