import { createHash } from 'node:crypto';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { runExperiment } from '../experiments/experiments.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { trainModel } from '../training/training.service.ts';
import { beginRun, endSucceeded } from './run-state.ts';

let context: TestJobContext;
let tiny: TinyDataset;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
}, 60_000);
afterAll(() => context.close());

/** Marks the run as done without doing its work: these tests look at what the services check. */
async function succeed(runId: string): Promise<void> {
  const run = await beginRun(context.prisma, runId, {});
  if (run) await endSucceeded(context.prisma, { runId, attempt: run.attempt }, { result: {} });
}

const rejected = (code: string, message: RegExp) =>
  expect.objectContaining({
    message: expect.stringMatching(message) as string,
    extensions: expect.objectContaining({ code }) as object,
  }) as Error;

describe('what could not be done to its end is refused when it is asked for', () => {
  const leftOut = (index: number, of: number) => ({ training: { leaveOut: { index, of } } });

  /** A snapshot of some of the tiny dataset's images. */
  async function snapshotOf(name: string, choose: (label: number, split: string, k: number) => boolean) {
    const rows = await context.prisma.snapshotImage.findMany({
      where: { snapshotId: tiny.snapshotId },
      include: { diagnosis: true },
      orderBy: { position: 'asc' },
    });
    const counts = new Map<string, number>();
    const chosen = rows.filter(({ split, diagnosis }) => {
      const key = `${split} ${diagnosis!.value!}`;
      const k = counts.get(key) ?? 0;
      counts.set(key, k + 1);
      return choose(diagnosis!.value!, split, k);
    });
    const cohort = await context.prisma.cohort.create({ data: { datasetId: tiny.datasetId, name } });
    const { id } = await context.prisma.snapshot.create({
      data: {
        cohortId: cohort.id,
        hash: createHash('sha256').update(name).digest('hex'),
        imageCount: chosen.length,
        images: {
          create: chosen.map(({ imageId, split, diagnosisId, label }, position) => {
            return { imageId, split, diagnosisId, label, position };
          }),
        },
      },
    });
    return id;
  }
  const experiment = (snapshotId: string, config: object = {}, name = 'figure-4') =>
    runExperiment(context, { snapshotId, experiment: name, size: 32, config });

  test('a training whose rest of the images lacks a diagnosis', async () => {
    const snapshotId = await snapshotOf(
      'one positive',
      (label, split, k) => split === 'train' && (label === 0 || k === 0),
    );
    const fusion = await fuseLabels(context, { snapshotId, method: 'majority-vote', size: 32 });
    await succeed(fusion.runId);
    const ask = (index: number) =>
      trainModel(context, { fusionId: fusion.id, method: 'dl-cat', ...leftOut(index, 2) });
    // The one positive subject is in one of the halves: the training without that half is refused.
    const answers = await Promise.allSettled([ask(0), ask(1)]);
    const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => (reason as Error).message)).toEqual([
      expect.stringMatching(
        /without fold [01] of 2 \(training\.leaveOut\) has \d training images of diagnosis 0 and 0 of/,
      ),
    ]);
  });

  test('an experiment without test images, and one whose test images show one diagnosis', async () => {
    const noTest = await snapshotOf('no test', (_, split) => split === 'train');
    await expect(experiment(noTest)).rejects.toEqual(
      rejected('INVALID_INPUT', /has no test images, which are evaluated/),
    );
    const oneClass = await snapshotOf('one class', (label, split) => split === 'train' || label === 0);
    await expect(experiment(oneClass)).rejects.toEqual(
      rejected(
        'INVALID_INPUT',
        /has \d+ test images of diagnosis 0 and 0 of diagnosis 1; the AUC needs both/,
      ),
    );
  });

  test('an experiment of two training images, whose halves have one each', async () => {
    const two = await snapshotOf('two', (_, split, k) => split === 'test' || (split === 'train' && k === 0));
    await expect(experiment(two)).rejects.toEqual(
      rejected(
        'INVALID_INPUT',
        /without fold \d of 2 has one training image; 'dl-cat' needs two or more \(step 'train dl-cat'\)/,
      ),
    );
  });

  test('a cross-validation with more parts than subjects of a diagnosis', async () => {
    const config = { method: 'dl-cat', fusion: 'majority-vote', folds: 10 };
    await expect(experiment(tiny.snapshotId, config, 'train')).rejects.toEqual(
      rejected('INVALID_INPUT', /fold \d of 10 has /),
    );
  });

  test('the best epoch where there are no validation images, a fusion that learns where there are none to learn from', async () => {
    const bare = await snapshotOf('no validation', (_, split) => split !== 'validation');
    const fusion = await fuseLabels(context, { snapshotId: bare, method: 'majority-vote', size: 32 });
    await succeed(fusion.runId);
    const best = trainModel(context, {
      fusionId: fusion.id,
      method: 'baseline-seg',
      training: { keep: 'best' },
    });
    await expect(best).rejects.toEqual(rejected('INVALID_INPUT', /keep 'best': .* has no validation images/));
    const untaught = await snapshotOf('test alone', (_, split) => split === 'test');
    const learned = fuseLabels(context, { snapshotId: untaught, method: 'aggnet', size: 32 });
    await expect(learned).rejects.toEqual(
      rejected('INVALID_INPUT', /it has no training images, from which 'aggnet' learns/),
    );
  });
});
