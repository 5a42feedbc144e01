import type { Run } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import { errorCode } from '../errors.ts';
import { readRequest } from '../requests/read-request.ts';
import { codeVersion } from './code-version.ts';
import { runKey } from './run-key.ts';

const atOnce = 500;

/**
 * A setting that is added to a request becomes part of its key. To let work done by earlier versions still answer the
 * same request, its key is recomputed from the request as it is read now. Other processes may do it at the same time.
 */
export async function refreshKeys(prisma: PrismaClient): Promise<void> {
  const keyVersion = codeVersion();
  for (let after = ''; ;) {
    const runs = await prisma.run.findMany({
      where: { keyVersion: { not: keyVersion }, ...(after && { id: { gt: after } }) },
      orderBy: { id: 'asc' },
      take: atOnce,
    });
    for (const run of runs) await refresh(prisma, run, keyVersion);
    const last = runs.at(-1);
    if (!last) return;
    after = last.id;
  }
}

async function refresh(prisma: PrismaClient, run: Run, keyVersion: string): Promise<void> {
  const key = keyOf(run);
  if (key === run.key) {
    await prisma.run.update({ where: { id: run.id }, data: { keyVersion } });
    return;
  }
  // Where a later run has this key already, that one answers.
  await prisma.$executeRaw`update runs r set key_version = ${keyVersion},
    key = case when exists (select 1 from runs o where o.key = ${key} and o.repetition = r.repetition
      and o.status not in ('failed', 'cancelled')) then r.key else ${key} end
    where r.id = ${run.id}::uuid`;
}

/** A request that cannot be read keeps its key: it can no longer be repeated. */
function keyOf(run: Run): string {
  try {
    return runKey({ kind: run.kind, request: readRequest(run.kind, run), seed: run.seed });
  } catch (error) {
    if (errorCode(error) === 'UNREADABLE_REQUEST') return run.key;
    throw error;
  }
}
