import type { Queryable } from './blob-store.ts';

/** A statement that Prisma's client and pg's alike can send. */
const lock = (how: '' | '_shared') => `select pg_advisory_xact_lock${how}(hashtextextended('purges', 0))`;

/** Held until the transaction ends: no purge is decided in the meantime. Whoever creates runs or writes images takes it. */
export const againstPurgesSql = lock('_shared');
/** Held while a purge is decided: it sees every run and every row, and none is added before it is committed. */
export const decidingPurgeSql = lock('');

export async function lockAgainstPurges(client: Queryable): Promise<void> {
  await client.query(againstPurgesSql);
}
