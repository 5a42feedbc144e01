import { evaluateJob } from './evaluate.job.ts';
import { fuseLabelsJob } from './fuse-labels.job.ts';
import { importDatasetJob } from './import-dataset.job.ts';
import type { JobContext, Jobs } from './job.ts';
import { measureAgreementJob } from './measure-agreement.job.ts';
import { createPerform } from './perform-run.ts';
import { startQueueWorker, type Worker } from './queue.ts';
import { reproduceJob } from './reproduce.job.ts';
import { runExperimentJob } from './run-experiment.job.ts';
import { trainModelJob } from './train-model.job.ts';

const jobs: Jobs = {
  import: importDatasetJob,
  fusion: fuseLabelsJob,
  training: trainModelJob,
  evaluation: evaluateJob,
  experiment: runExperimentJob,
  agreement: measureAgreementJob,
  reproduction: reproduceJob,
};

/** Takes runs from the queue and brings them to their end, until closed. One worker a process. */
export async function startWorker(context: JobContext & { readonly databaseUrl: string }): Promise<Worker> {
  return startQueueWorker({
    databaseUrl: context.databaseUrl,
    perform: createPerform(context, jobs),
    warn: (message) => context.log.warn(message),
  });
}
