import { succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { foldsOf, imagesOfFold, type Fold } from '../../ml/data/fold.ts';
import { subsetSource } from '../../ml/data/subset-source.ts';
import { fittedFromBytes, fittedToBytes, type Fitted } from '../../ml/fitted.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { trainModel } from '../training/training.service.ts';
import { weightsMediaType } from './epochs.ts';
import { loadDiagnosisNetwork } from './networks.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { startWorker } from '../worker/start-worker.ts';

const method = 'df-gt-training-map';
let context: TestJobContext;
let tiny: TinyDataset;
let worker: QueueWorker;
let theta: string;
const folds = foldsOf(2);
/** Each trained without its fold. */
let thetas: string[];

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
  worker = await startWorker(context);
  const { snapshotId, size } = tiny;
  const vote = await succeeded(context, fuseLabels(context, { snapshotId, method: 'majority-vote', size }));
  const train = async (leaveOut: Fold | null) => {
    const training = { epochs: 1, batchSize: 2, leaveOut };
    const asked = { fusionId: vote.id, method: 'dl-cat', config: { resnet: tinyResnet }, training };
    return (await succeeded(context, trainModel(context, asked))).id;
  };
  theta = await train(null);
  thetas = [];
  for (const fold of folds) thetas.push(await train(fold));
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
    diagnosisModelIds: [theta],
    seed,
    ...changes,
  });

test('what was learned is kept, every split is fused, and no mask has seen its own label', async () => {
  const { id } = await succeeded(context, ask(1));
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
  await succeeded(context, Promise.resolve(fusion));
  const weights = await context.prisma.raterWeight.findMany({
    where: { fusionId: fusion.id },
    include: { rater: true },
  });
  expect(weights).toHaveLength(24 * 7);
  for (const { rater, weight } of weights) expect(weight).toBe(rater.position === 2 ? 1 : 0);
});

test('the control learns from permuted diagnoses; what learns from none has none', async () => {
  const control = await succeeded(context, ask(1, { permutedDiagnoses: true }));
  const [a, b] = await Promise.all(
    [await ask(1), control].map(({ id }) => context.prisma.fusion.findUniqueOrThrow({ where: { id } })),
  );
  expect(a?.sha256).not.toBe(b?.sha256);
  const pseudo = ask(1, { permutedDiagnoses: true, config: { label: 'pseudo' } });
  await expect(pseudo).rejects.toThrow(`permutedDiagnoses: '${method}' with this config reads no diagnoses`);
});

const learnedBy = async (id: string): Promise<Fitted> => {
  const { sha256 } = await context.prisma.fusion.findUniqueOrThrow({ where: { id } });
  return fittedFromBytes(method, await context.blobs.get(sha256 ?? ''));
};

/** What a fusion learns of the training images of one fold with the network that left it out, and how many they are. */
async function learnedOfFold(k: number, config: object): Promise<{ fitted: Fitted; images: number }> {
  const { snapshotId, size } = tiny;
  const all = await openStoreSource(context, { snapshotId, size, split: 'train' });
  const images = imagesOfFold(all, folds[k]);
  const theta = await loadDiagnosisNetwork(context, thetas[k], all);
  const spec = fusions.get(method);
  const input = { source: subsetSource(all, images), config: spec.config.parse(config), seed: 5 };
  try {
    for await (const item of spec.fit!({ ...input, diagnosisNetwork: theta.network })) {
      if ('tensors' in item) return { fitted: item, images: images.length };
    }
  } finally {
    theta.dispose();
  }
  throw new Error('it learned nothing');
}

test('several models: broken off in its fit and resumed, it is the mean over all images, each asked of a model that never saw it', async () => {
  const config = { steps: 150, hidden: 4, imagesAtOnce: 8, learningRate: 0.02 };
  const fusion = await ask(5, { config, diagnosisModelIds: [...thetas].reverse() });
  const runOf = () => context.prisma.run.findUniqueOrThrow({ where: { id: fusion.runId } });
  while ((await runOf()).progress === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await worker.close();
  const handedBack = await runOf();
  expect(handedBack).toMatchObject({ status: 'queued', attempt: 1 });
  expect(handedBack.progress).toBeLessThan(1);
  worker = await startWorker(context);
  await succeeded(context, Promise.resolve(fusion));

  const { tensors } = await learnedBy(fusion.id);
  const parts = [await learnedOfFold(0, config), await learnedOfFold(1, config)];
  expect(parts.map(({ images }) => images).reduce((sum, images) => sum + images)).toBe(8);
  expect(parts.every(({ images }) => images > 0)).toBe(true);
  let farthest = 0;
  for (const [key, { values }] of tensors) {
    values.forEach((value, i) => {
      const sums = parts.map(({ fitted, images }) => images * fitted.tensors.get(key)!.values[i]);
      farthest = Math.max(farthest, Math.abs(value - (sums[0] + sums[1]) / 8));
    });
  }
  // Sums of float32 in another order.
  expect(farthest).toBeLessThan(1e-6);
});

test('several models: the control learns from permuted diagnoses with the same models', async () => {
  const [fusion, control] = [
    await succeeded(context, ask(6, { diagnosisModelIds: thetas })),
    await succeeded(context, ask(6, { diagnosisModelIds: thetas, permutedDiagnoses: true })),
  ];
  expect((await learnedBy(control.id)).tensors).not.toEqual((await learnedBy(fusion.id)).tensors);
  const models = await context.prisma.fusionDiagnosisModel.findMany({
    where: { fusionId: control.id },
    orderBy: { position: 'asc' },
  });
  expect(models.map(({ modelId }) => modelId)).toEqual(thetas);
});

test('it needs diagnoses of the training images, and of no other', async () => {
  const forget = async (split: 'train' | 'test') => {
    const { prisma } = context;
    // A snapshot is frozen; this is what one looks like that was frozen before its diagnoses came.
    await prisma.$executeRaw`alter table snapshot_images disable trigger user`;
    await prisma.snapshotImage.updateMany({
      where: { snapshotId: tiny.snapshotId, split },
      data: { diagnosisId: null, label: null },
    });
    await prisma.$executeRaw`alter table snapshot_images enable trigger user`;
  };
  await forget('test');
  await succeeded(context, ask(3));
  await forget('train');
  await expect(ask(4)).rejects.toThrow('8 of its train images have no label');
});
