import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { requestImport } from '../datasets/datasets.service.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { startWorker } from '../worker/start-worker.ts';
import { cancelRun } from '../runs/runs.service.ts';
import { trainModel } from '../training/training.service.ts';
import { reproduce } from './reproductions.service.ts';

let context: TestJobContext;
let tiny: TinyDataset;
let worker: QueueWorker;
beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
  worker = await startWorker(context);
});
afterAll(async () => {
  await worker.close();
  await context.close();
});

const fuse = () =>
  succeeded(context, fuseLabels(context, { snapshotId: tiny.snapshotId, method: 'staple', size: tiny.size }));

const train = async (fusionId: string) => {
  const training = { epochs: 2, batchSize: 4 };
  const asked = { fusionId, method: 'dl-cat', config: { resnet: tinyResnet }, training };
  return succeeded(context, trainModel(context, asked));
};

/** The artifacts of a reproduction, as [name, equal]. */
async function compared(runId: string, again = false) {
  const { id } = await succeeded(context, reproduce(context, { runId, again }));
  const artifacts = await context.prisma.reproductionArtifact.findMany({
    where: { reproductionId: id },
    orderBy: { position: 'asc' },
  });
  return artifacts.map(({ name, original, repeated }) => [name, original === repeated] as const);
}

test('a fusion done again gives the same masks and weights, each named', async () => {
  const { id, runId } = await fuse();
  const artifacts = await compared(runId);
  expect(artifacts.filter(([name]) => name.startsWith('fused mask of'))).toHaveLength(24 * 2);
  expect(artifacts.map(([name]) => name)).toEqual(
    expect.arrayContaining(['rater weights', 'rater performance', 'losses and logits']),
  );
  expect(artifacts.filter(([, equal]) => !equal)).toEqual([]);
  expect(await context.prisma.fusion.count({ where: { method: 'staple' } })).toBe(2);
  expect((await context.prisma.fusion.findUniqueOrThrow({ where: { id } })).runId).toBe(runId);
});

test('a training, an evaluation and an agreement done again give the same bits', async () => {
  const { id: fusionId } = await fuse();
  const model = await train(fusionId);
  expect(await compared(model.runId)).toEqual([
    ['metrics by epoch', true],
    ['weights', true],
  ]);
  const evaluation = await succeeded(context, evaluate(context, { fusionId, judgeModelId: model.id }));
  expect(await compared(evaluation.runId)).toEqual([
    ['diagnosis scores', true],
    ['metrics', true],
    ['metrics by image', true],
  ]);
  const agreement = await succeeded(context, measureAgreement(context, { snapshotId: tiny.snapshotId }));
  expect((await compared(agreement.runId)).filter(([, equal]) => !equal)).toEqual([]);
});

test('a result that was changed since is told from its reproduction', async () => {
  const { id, runId } = await fuse();
  const where = { fusionId: id };
  const { imageId, raterId } = await context.prisma.raterWeight.findFirstOrThrow({ where });
  await context.prisma.raterWeight.updateMany({
    where: { ...where, imageId, raterId },
    data: { weight: 0.25 },
  });
  const different = (await compared(runId, true)).filter(([, equal]) => !equal);
  expect(different).toEqual([['rater weights', false]]);
});

test('asked twice there is one reproduction', async () => {
  const { runId } = await fuse();
  const [first, second] = [await reproduce(context, { runId }), await reproduce(context, { runId })];
  expect(second.id).toBe(first.id);
  await ended(context, first.runId);
});

test('what cannot be reproduced is refused: an import, a run without a result, an unknown run', async () => {
  const imported = await requestImport(context, { path: '/no/such/folder' });
  await ended(context, imported.id);
  await expect(reproduce(context, { runId: imported.id })).rejects.toThrow(/kind import, expected one of/);
  const { id: fusionId } = await fuse();
  const training = { epochs: 5000, batchSize: 4 };
  const long = { fusionId, method: 'dl-cat', config: { resnet: tinyResnet }, training };
  const { runId } = await trainModel(context, long);
  await cancelRun(context, runId);
  await ended(context, runId);
  await expect(reproduce(context, { runId })).rejects.toThrow(/is cancelled: only a run that has succeeded/);
  const unknown = '00000000-0000-7000-8000-000000000000';
  await expect(reproduce(context, { runId: unknown })).rejects.toThrow(/no run/);
});
