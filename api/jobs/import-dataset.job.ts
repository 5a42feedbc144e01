import { importDataset, type ImportProgress } from '../datasets/import/import-dataset.ts';
import { requesterOf } from '../audit/audit.service.ts';
import type { Job } from './job.ts';

/** Reading and checking files takes most of an import; the rows of the database are written together at its end. */
const readingShare = 0.9;

/** Reads a folder into the store: all or nothing, unless bad rows are to be skipped. The result then lists them. */
export const importDatasetJob: Job<'import'> = {
  async perform({ blobs, pool, prisma, run, request: { after: _, ...request }, progress, signal }) {
    const onProgress = ({ stage, done, total }: ImportProgress): void => {
      const share = total ? done / total : 0;
      const overall = stage === 'reading' ? share * readingShare : readingShare + share * (1 - readingShare);
      progress.report(overall, `${stage} ${done} of ${total} images`);
    };
    const { skipped, ...report } = await importDataset(
      { blobs, pool, actor: await requesterOf(prisma, run.id) },
      { ...request, signal, onProgress },
    );
    const result = {
      ...report,
      leftWithdrawn: { ...report.leftWithdrawn },
      skipped: skipped.map((problem) => ({ ...problem })),
    };
    return { result, committed: true };
  },
};
