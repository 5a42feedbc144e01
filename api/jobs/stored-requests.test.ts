import { fusions } from '../../ml/fusion/index.ts';
import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { refreshKeys } from '../runs/refresh-keys.ts';
import { trainModel } from '../training/training.service.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let tiny: TinyDataset;
beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
});
afterAll(() => context.close());

/** While a worker is there. */
async function withWorker<T>(work: () => Promise<T>): Promise<T> {
  const worker = await startWorker(context);
  try {
    return await work();
  } finally {
    await worker.close();
  }
}

const ask = (method: string) => fuseLabels(context, { snapshotId: tiny.snapshotId, method, size: tiny.size });
const vote = () => withWorker(() => succeeded(context, ask('majority-vote')));

async function queuedTraining(training = { epochs: 2, batchSize: 4 }) {
  const { id: fusionId } = await vote();
  return trainModel(context, { fusionId, method: 'dl-cat', config: { resnet: tinyResnet }, training });
}

/** The method gets another version, until it is restored. */
function mend(method: string) {
  const spec = fusions.get(method);
  return jest.replaceProperty(spec, 'history', [...spec.history, 'mended']);
}

/** Changes what is stored, as an earlier version or a hand might have written it. */
const store = (runId: string, config: string) =>
  context.prisma.$executeRawUnsafe(`update runs set config = ${config} where id = '${runId}'`);

test('a training that was queued before minSteps existed makes all of its epochs', async () => {
  const { runId } = await queuedTraining();
  await store(runId, `config #- '{training,minSteps}'`);
  const run = await withWorker(() => ended(context, runId));
  expect(run).toMatchObject({ status: 'succeeded', result: { epochs: 2 } });
  const epochs = await context.prisma.epochMetric.findMany({ where: { runId }, distinct: ['epoch'] });
  expect(epochs).toHaveLength(2);
});

test('a stored request that cannot be read fails at once and says which key', async () => {
  const { runId } = await queuedTraining({ epochs: 3, batchSize: 4 });
  await store(runId, `jsonb_set(config, '{training,epochs}', '"many"')`);
  const run = await withWorker(() => ended(context, runId));
  expect(run).toMatchObject({ status: 'failed', errorCode: 'UNREADABLE_REQUEST', progress: 0 });
  expect(run.errorMessage).toMatch(/training\.epochs: .*received "many"; ask for the training anew/);
});

test('a method that was mended answers anew; the older result stays and says its version', async () => {
  const before = await withWorker(() => succeeded(context, ask('staple')));
  expect(await ask('staple')).toMatchObject({ id: before.id });
  const mended = mend('staple');
  try {
    const after = await withWorker(() => succeeded(context, ask('staple')));
    expect(after.id).not.toBe(before.id);
    expect(after.methodVersion).toBe(before.methodVersion + 1);
    expect(await context.prisma.fusion.count({ where: { method: 'staple' } })).toBe(2);
  } finally {
    mended.restore();
  }
});

test('work that waited while its method was mended is refused instead of answering another question', async () => {
  const { runId } = await ask('simple');
  const mended = mend('simple');
  try {
    const run = await withWorker(() => ended(context, runId));
    expect(run).toMatchObject({ status: 'failed', errorCode: 'OUTDATED_REQUEST' });
  } finally {
    mended.restore();
  }
});

test('work that an earlier version did answers the same question, whatever keys came later', async () => {
  // In 0.1.0 requests named no version: all methods were at their first.
  const first = jest.replaceProperty(fusions.get('majority-vote'), 'history', ['first']);
  const { runId } = await vote();
  await store(runId, `config - 'version' - 'splits'`);
  await context.prisma.run.update({
    where: { id: runId },
    data: { key: '0'.repeat(64), keyVersion: '0.1.0' },
  });
  await refreshKeys(context.prisma);
  expect(await ask('majority-vote')).toMatchObject({ runId });
  first.restore();
});
