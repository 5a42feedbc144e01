import type { Prisma } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';

export interface AuditEntry {
  actor: string;
  /** What was done: 'cohort.freeze'. */
  action: string;
  subjectType: string;
  subjectId: string;
  detail?: Prisma.InputJsonObject;
}

/** Writes down who did what. Give it the transaction of the deed, so that neither stands without the other. */
export async function audit(database: Database, { detail = {}, ...entry }: AuditEntry): Promise<void> {
  await database.auditEvent.create({ data: { ...entry, detail }, select: { id: true } });
}
