import { importDataset } from '../datasets/import/import-dataset.ts';
import type { ImportRequest } from '../datasets/datasets.service.ts';
import type { Prisma } from '../../prisma/client/client.ts';
import type { Job } from './job.ts';

/** Reads a folder into the store; all or nothing unless bad rows shall be skipped, which the result then lists. */
export const importDatasetJob: Job = {
  async perform({ prisma, blobs, pool, run, progress, signal }) {
    const { path, skipBad } = run.config as ImportRequest;
    const report = await importDataset(
      { prisma, blobs, pool },
      {
        path,
        skipBad,
        signal,
        onProgress: ({ done, total, stage }) => progress.report(total ? done / total : 0, stage),
      },
    );
    return { result: report as unknown as Prisma.InputJsonObject };
  },
};
