import { groupProblems, describeProblem, type Problem } from '../../ml/data/readers/problem.ts';
import { importDataset, problemsOf, type ImportProgress } from '../datasets/import/import-dataset.ts';
import { requesterOf } from '../runs/requester.ts';
import type { Job } from './job.ts';
import { storeProblems } from './store-problems.ts';

/** Reading and checking files takes most of an import; the rows of the database are written together at its end. */
const readingShare = 0.9;
/** So many problems stand in the result itself; all are in the run's problems. */
const shown = 100;

/**
 * Reads a folder into the store: all or nothing, unless bad rows are to be skipped. Whatever is found wrong or odd is
 * kept with the run, whether or not it succeeds.
 */
export const importDatasetJob: Job<'import'> = {
  async perform({ blobs, pool, prisma, run, request: { after: _, ...request }, progress, signal }) {
    const onProgress = ({ stage, done, total }: ImportProgress): void => {
      const share = total ? done / total : 0;
      const overall = stage === 'reading' ? share * readingShare : readingShare + share * (1 - readingShare);
      progress.report(overall, `${stage} ${done} of ${total} images`);
    };
    const actor = await requesterOf(prisma, run.id);
    const importing = importDataset({ blobs, pool, actor }, { ...request, signal, onProgress });
    const { skipped, warnings, ...report } = await importing.catch(async (error: unknown) => {
      await storeProblems(pool, run.id, problemsOf(error), []);
      throw error;
    });
    await storeProblems(pool, run.id, skipped, warnings);
    const listed = skipped.slice(0, shown).map((problem) => ({ ...problem }));
    const leftWithdrawn = { ...report.leftWithdrawn };
    return {
      result: { ...report, leftWithdrawn, skipped: listed, warnings: summary(warnings) },
      committed: true,
    };
  },
};

function summary(warnings: readonly Problem[]) {
  return groupProblems(warnings, 3).map(({ cause, count, examples }) => ({
    ...{ cause, count },
    examples: examples.map(describeProblem),
  }));
}
