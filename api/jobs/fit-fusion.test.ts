import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { fittedFromBytes, fittedToBytes } from '../../ml/fitted.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { trainModel } from '../training/training.service.ts';
import { weightsMediaType } from './epochs.ts';
import type { Worker } from './queue.ts';
import { startWorker } from './start-worker.ts';

const method = 'df-gt-training-map';
let context: TestJobContext;
let tiny: TinyDataset;
let worker: Worker;
let theta: string;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
  worker = await startWorker(context);
  const { snapshotId, size } = tiny;
  const vote = await succeeded(fuseLabels(context, { snapshotId, method: 'majority-vote', size }));
  const asked = { fusionId: vote.id, method: 'dl-cat', config: { resnet: tinyResnet } };
  const model = await succeeded(trainModel(context, { ...asked, training: { epochs: 1, batchSize: 4 } }));
  theta = model.id;
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

const ask = (seed: number, changes: object = {}) =>
  fuseLabels(context, {
    snapshotId: tiny.snapshotId,
    method,
    config: { steps: 3, hidden: 4, imagesAtOnce: 8 },
    diagnosisModelId: theta,
    seed,
    ...changes,
  });

async function succeeded<Row extends { runId: string }>(asked: Promise<Row>): Promise<Row> {
  const row = await asked;
  const changes = context.pubsub.runChanges(row.runId);
  while (!(await changes.next()).done) {
    const run = await context.prisma.run.findUniqueOrThrow({ where: { id: row.runId } });
    if (!run.finishedAt) continue;
    await changes.return(undefined);
    if (run.status !== 'succeeded') throw new Error(`${run.status}: ${run.errorStack}`);
    return row;
  }
  throw new Error(`run ${row.runId} never ended`);
}

test('what was learned is kept, every split is fused, and no mask has seen its own label', async () => {
  const { id } = await succeeded(ask(1));
  const fusion = await context.prisma.fusion.findUniqueOrThrow({ where: { id } });
  expect(fusion.transductive).toBe(false);
  const { tensors } = fittedFromBytes(method, await context.blobs.get(fusion.sha256 ?? ''));
  expect([...tensors.values()].map(({ shape }) => shape)).toEqual(Array(7).fill([32, 32]));
  expect(await context.prisma.fusedImage.count({ where: { fusionId: id } })).toBe(24);
  expect(await context.prisma.fusion.count({ where: { method, permutedDiagnoses: true } })).toBe(0);
});

test('a resumed fusion goes on with what an earlier attempt learned', async () => {
  await worker.close();
  const fusion = await ask(2);
  const first = await context.prisma.fusion.findFirstOrThrow({ where: { method, sha256: { not: null } } });
  const { tensors } = fittedFromBytes(method, await context.blobs.get(first.sha256 ?? ''));
  // Nobody would learn this of seven raters: it must have been read.
  const third = [...tensors.keys()].map(
    (name, k) => [name, { shape: [1], values: Float32Array.of(k === 2 ? 1 : 0) }] as const,
  );
  const sha256 = await context.blobs.put(
    fittedToBytes(method, { tensors: new Map(third) }),
    weightsMediaType,
  );
  await context.prisma.fusion.update({ where: { id: fusion.id }, data: { sha256 } });
  worker = await startWorker(context);
  await succeeded(Promise.resolve(fusion));
  const weights = await context.prisma.raterWeight.findMany({
    where: { fusionId: fusion.id },
    include: { rater: true },
  });
  expect(weights).toHaveLength(24 * 7);
  for (const { rater, weight } of weights) expect(weight).toBe(rater.position === 2 ? 1 : 0);
});

test('the control learns from permuted diagnoses; what learns from none has none', async () => {
  const control = await succeeded(ask(1, { permutedDiagnoses: true }));
  const [a, b] = await Promise.all(
    [await ask(1), control].map(({ id }) => context.prisma.fusion.findUniqueOrThrow({ where: { id } })),
  );
  expect(a?.sha256).not.toBe(b?.sha256);
  const pseudo = ask(1, { permutedDiagnoses: true, config: { label: 'pseudo' } });
  await expect(pseudo).rejects.toThrow(`permutedDiagnoses: '${method}' with this config reads no diagnoses`);
});

test('it needs diagnoses of the training images, and of no other', async () => {
  const forget = async (split: 'train' | 'test') => {
    const { prisma } = context;
    // A snapshot is frozen; this is what one looks like that was frozen before its diagnoses came.
    await prisma.$executeRaw`alter table snapshot_images disable trigger user`;
    await prisma.snapshotImage.updateMany({
      where: { snapshotId: tiny.snapshotId, split },
      data: { diagnosisId: null },
    });
    await prisma.$executeRaw`alter table snapshot_images enable trigger user`;
  };
  await forget('test');
  await succeeded(ask(3));
  await forget('train');
  await expect(ask(4)).rejects.toThrow('8 of its train images have no reference diagnosis');
});
