import { importDataset, type ImportProgress } from '../datasets/import/import-dataset.ts';
import type { Job } from './job.ts';

/** Reading and checking files takes most of an import; the rows of the database are written together at its end. */
const readingShare = 0.9;

/** Reads a folder into the store: all or nothing, unless bad rows are to be skipped. The result then lists them. */
export const importDatasetJob: Job<'import'> = {
  async perform({ blobs, pool, request: { path, skipBad, format, options }, progress, signal }) {
    const onProgress = ({ stage, done, total }: ImportProgress): void => {
      const share = total ? done / total : 0;
      const overall = stage === 'reading' ? share * readingShare : readingShare + share * (1 - readingShare);
      progress.report(overall, `${stage} ${done} of ${total} images`);
    };
    const { skipped, ...report } = await importDataset(
      { blobs, pool, actor: 'worker' },
      { path, skipBad, format, options, signal, onProgress },
    );
    const result = { ...report, skipped: skipped.map((problem) => ({ ...problem })) };
    return { result, committed: true };
  },
};
