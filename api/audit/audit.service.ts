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

/** Records who did what. Pass the transaction of the action, so both are committed or neither is. */
export async function audit(database: Database, { detail = {}, ...entry }: AuditEntry): Promise<void> {
  await database.auditEvent.create({ data: { ...entry, detail }, select: { id: true } });
}
