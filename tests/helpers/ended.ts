import type { JobContext } from '../../api/jobs/job.ts';
import type { Run } from '../../prisma/client/client.ts';

/** Waits for the run's end and answers with it. */
export async function ended({ prisma, pubsub }: JobContext, runId: string): Promise<Run> {
  const changes = pubsub.runChanges(runId);
  while (!(await changes.next()).done) {
    const run = await prisma.run.findUniqueOrThrow({ where: { id: runId } });
    if (!run.finishedAt) continue;
    await changes.return(undefined);
    return run;
  }
  throw new Error(`run ${runId} never ended`);
}

/** What was asked for, when its run has succeeded. @throws Error with the run's own error where it has not. */
export async function succeeded<Row extends { runId: string }>(
  context: JobContext,
  asked: Promise<Row>,
): Promise<Row> {
  const row = await asked;
  const run = await ended(context, row.runId);
  if (run.status !== 'succeeded') throw new Error(`${run.status}: ${run.errorStack}`);
  return row;
}
