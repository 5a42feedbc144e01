import { evaluateJob } from '../jobs/evaluate.job.ts';
import { fuseLabelsJob } from '../jobs/fuse-labels.job.ts';
import { importDatasetJob } from '../jobs/import-dataset.job.ts';
import type { JobContext, Jobs } from '../jobs/job.ts';
import { measureAgreementJob } from '../jobs/measure-agreement.job.ts';
import { createPerform } from './perform-run.ts';
import { startQueueWorker, type QueueWorker } from '../queue/queue-worker.ts';
import { enqueueMissing } from '../runs/runs.service.ts';
import { purgeJob } from '../jobs/purge.job.ts';
import { reproduceJob } from '../jobs/reproduce.job.ts';
import { runExperimentJob } from '../jobs/run-experiment.job.ts';
import { trainModelJob } from '../jobs/train-model.job.ts';

const jobs: Jobs = {
  import: importDatasetJob,
  fusion: fuseLabelsJob,
  training: trainModelJob,
  evaluation: evaluateJob,
  experiment: runExperimentJob,
  agreement: measureAgreementJob,
  reproduction: reproduceJob,
  purge: purgeJob,
};

/** Takes runs from the queue and brings them to their end, until closed. */
export async function startWorker(
  context: JobContext & { readonly databaseUrl: string },
): Promise<QueueWorker> {
  await enqueueMissing(context.prisma);
  return startQueueWorker({
    databaseUrl: context.databaseUrl,
    perform: createPerform(context, jobs),
    warn: (message) => context.log.warn(message),
  });
}
