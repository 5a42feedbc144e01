import type { Database } from '../db.ts';

/** Who asked for a run. */
export async function requesterOf(database: Database, runId: string): Promise<string> {
  const event = await database.auditEvent.findFirst({
    where: { action: 'requested', subjectType: 'run', subjectId: runId },
    orderBy: { id: 'asc' },
    select: { actor: true },
  });
  return event?.actor ?? 'unknown';
}
