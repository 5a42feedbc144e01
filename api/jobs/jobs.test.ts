import { setTimeout as wait } from 'node:timers/promises';
import { phantomSource } from '../../ml/data/phantom-source.ts';
import type { RaterPerformance } from '../../ml/fusion/rater-figures.ts';
import { staple } from '../../ml/fusion/staple.ts';
import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { cancelRun } from '../runs/runs.service.ts';
import { trainModel, type TrainModelInput } from '../training/training.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let tiny: TinyDataset;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
  worker = await startWorker(context);
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

const vote = () =>
  succeeded(
    context,
    fuseLabels(context, { snapshotId: tiny.snapshotId, method: 'majority-vote', size: tiny.size }),
  );

const config = { resnet: tinyResnet };

async function train(input: Partial<TrainModelInput> = {}) {
  const fusionId = input.fusionId ?? (await vote()).id;
  const training = { epochs: 2, batchSize: 4 };
  return trainModel(context, { method: 'dl-cat', config, training, ...input, fusionId });
}

test('majority vote: one soft mask an image and structure, equal weights, run with its environment', async () => {
  const fusion = await vote();
  const [masks, images, weights] = await Promise.all([
    context.prisma.fusedMask.count({ where: { fusionId: fusion.id } }),
    context.prisma.fusedImage.count({ where: { fusionId: fusion.id } }),
    context.prisma.raterWeight.findMany({ where: { fusionId: fusion.id } }),
  ]);
  expect([masks, images, weights.length]).toEqual([24 * 2, 24, 24 * 7]);
  expect(weights.every(({ weight }) => Math.abs(weight - 1 / 7) < 1e-6)).toBe(true);
  const run = await ended(context, fusion.runId);
  expect(run).toMatchObject({ progress: 1, attempt: 1, result: { images: 24, transductive: false } });
  expect(run.environment).toMatchObject({ node: process.version });
});

test.each(['staple', 'dawid-skene', 'simple'])(
  '%s: weights and rates of every rater are stored, and how each image ended, by which settings',
  async (method) => {
    const request = { snapshotId: tiny.snapshotId, method, size: tiny.size };
    const fusion = await succeeded(context, fuseLabels(context, request));
    const weights = await context.prisma.raterWeight.findMany({ where: { fusionId: fusion.id } });
    expect(weights).toHaveLength(24 * 7);
    expect(weights.some(({ sensitivity, specificity }) => sensitivity! > 0 && specificity! > 0)).toBe(true);
    const [first] = weights;
    const { imageId, raterId } = first;
    const performances = await context.prisma.raterPerformance.findMany({
      where: { fusionId: fusion.id, imageId, raterId },
    });
    expect(performances).toHaveLength(2);
    const mean = (performances[0].sensitivity! + performances[1].sensitivity!) / 2;
    expect(first.sensitivity).toBeCloseTo(mean, 12);
    const images = await context.prisma.fusedImage.findMany({ where: { fusionId: fusion.id } });
    expect(images.every(({ iterations, converged }) => iterations > 0 && converged)).toBe(true);
    const { config } = (await ended(context, fusion.runId)).config as { config: Record<string, unknown> };
    expect(config.ties).toBe('foreground');
    expect(config.tolerance).toBeLessThanOrEqual(1e-9);
    expect(config.maxIterations).toBeGreaterThanOrEqual(100);
  },
);

test('STAPLE: the stored performance on each structure is what the fusion gives for the masks as they were drawn', async () => {
  const request = { snapshotId: tiny.snapshotId, method: 'staple', size: tiny.size };
  const fusion = await succeeded(context, fuseLabels(context, request));
  const stored = await context.prisma.raterPerformance.findMany({
    where: { fusionId: fusion.id },
    include: { image: true, rater: true, structure: true },
  });
  expect(stored).toHaveLength(24 * 7 * 2);
  // Straight from the phantom: neither store nor codecs have touched these.
  const source = phantomSource(tiny.phantom);
  const drawn = new Map<string, RaterPerformance>();
  for await (const batch of staple.fuse({ source, config: staple.config.parse({}), seed: 1 })) {
    for (const { id, raters } of Array.isArray(batch) ? batch : []) {
      raters.forEach(({ structures }, r) =>
        structures?.forEach((one, s) => {
          if (one) drawn.set([`${id}.png`, source.raters[r], source.structures[s]].join(), one);
        }),
      );
    }
  }
  for (const { image, rater, structure, sensitivity, specificity } of stored) {
    expect({ sensitivity, specificity }).toEqual(drawn.get([image.path, rater.name, structure.name].join()));
  }
});

test('training: numbers of every epoch once, the newest checkpoints, weights on the model', async () => {
  const model = await succeeded(context, train({ training: { epochs: 4, batchSize: 4 } }));
  const metrics = await context.prisma.epochMetric.findMany({ where: { runId: model.runId, name: 'loss' } });
  expect(metrics.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3, 4]);
  expect(metrics.every(({ value }) => Number.isFinite(value))).toBe(true);
  const checkpoints = await context.prisma.checkpoint.findMany({ where: { runId: model.runId } });
  expect(checkpoints.map(({ epoch }) => epoch).sort()).toEqual([3, 4]);
  const stored = await context.prisma.blob.count({ where: { mediaType: 'application/vnd.safetensors' } });
  const { sha256 } = await context.prisma.model.findUniqueOrThrow({ where: { id: model.id } });
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(stored).toBe(3); // two checkpoints and the weights: what older epochs left is gone
});

test('the best epoch by validation loss is kept, where that is asked for, and the result says which', async () => {
  const model = await succeeded(context, train({ training: { epochs: 3, batchSize: 4, keep: 'best' } }));
  const stored = await context.prisma.epochMetric.findMany({
    where: { runId: model.runId, name: 'validationLoss' },
    orderBy: { epoch: 'asc' },
  });
  const losses = stored.map(({ value }) => value);
  const lowest = Math.min(...losses);
  const { result } = await context.prisma.run.findUniqueOrThrow({ where: { id: model.runId } });
  expect(result).toMatchObject({
    epochs: 3,
    best: { epoch: losses.indexOf(lowest) + 1, validationLoss: lowest },
  });
});

test('training begins with the weights of another model, of the same images with the same ones left out', async () => {
  const first = await succeeded(
    context,
    train({ training: { epochs: 8, batchSize: 4, learningRate: 0.01 } }),
  );
  const training = { epochs: 1, batchSize: 4 };
  const [begun, anew] = await Promise.all([
    succeeded(context, train({ training, initialModelId: first.id })),
    succeeded(context, train({ training })),
  ]);
  const lossOf = async ({ runId }: { runId: string }) =>
    (await context.prisma.epochMetric.findFirstOrThrow({ where: { runId, name: 'loss' } })).value;
  expect(await lossOf(begun)).toBeLessThan(await lossOf(anew));
  const leaveOut = { index: 0, of: 2 };
  await expect(train({ training: { ...training, leaveOut }, initialModelId: first.id })).rejects.toThrow(
    /left out null in its training: expected \{"index":0,"of":2,"division":"stratified"\}/,
  );
  await expect(
    train({ method: 'baseline-seg', config: {}, training, initialModelId: first.id }),
  ).rejects.toThrow(/is the diagnosis model 'dl-cat': expected a segmentation model/);
});

test('the same training asked for again answers with the first, without training again', async () => {
  const [first, again] = [await succeeded(context, train()), await train()];
  expect(again.id).toBe(first.id);
  expect((await ended(context, again.runId)).attempt).toBe(1);
});

test('equal seeds give equal weights, another seed gives others', async () => {
  const hash = async (input: Partial<TrainModelInput>) => {
    const { id } = await succeeded(context, train(input));
    return (await context.prisma.model.findUniqueOrThrow({ where: { id } })).sha256;
  };
  const vote2 = await succeeded(
    context,
    fuseLabels(context, { snapshotId: tiny.snapshotId, method: 'majority-vote', size: tiny.size, seed: 2 }),
  );
  // The vote knows no chance, so another seed's masks are the same, and so must be what is trained on them.
  const [first, same] = [await hash({ seed: 5 }), await hash({ seed: 5, fusionId: vote2.id })];
  expect(same).toBe(first);
  expect(await hash({ seed: 6 })).not.toBe(first);
});

test('a running training that is cancelled ends long before its last epoch, and its model has no weights', async () => {
  const model = await train({ training: { epochs: 2000, batchSize: 4 } });
  await reached(model.runId, 2);
  await cancelRun(context, model.runId);
  const run = await ended(context, model.runId);
  expect(run.status).toBe('cancelled');
  expect((await context.prisma.model.findUniqueOrThrow({ where: { id: model.id } })).sha256).toBeNull();
  const before = await context.prisma.epochMetric.count({ where: { runId: model.runId } });
  await wait(500);
  expect(await context.prisma.epochMetric.count({ where: { runId: model.runId } })).toBe(before);
});

test('a training whose worker is closed goes on with another, to the same weights as an unbroken one', async () => {
  const training = { epochs: 12, batchSize: 4 };
  const fusionId = (await vote()).id;
  const broken = await train({ seed: 9, training });
  await reached(broken.runId, 3);
  await worker.close();
  const epochs = await context.prisma.epochMetric.count({ where: { runId: broken.runId, name: 'loss' } });
  expect(epochs).toBeLessThan(12);
  worker = await startWorker(context);
  await succeeded(context, Promise.resolve(broken));
  expect((await ended(context, broken.runId)).attempt).toBe(2);
  // The same work under another key: its result must not be the stored one.
  const vote3 = await succeeded(
    context,
    fuseLabels(context, { snapshotId: tiny.snapshotId, method: 'majority-vote', size: tiny.size, seed: 3 }),
  );
  const unbroken = await succeeded(context, train({ seed: 9, training, fusionId: vote3.id }));
  expect(fusionId).not.toBe(vote3.id);
  const [a, b] = await Promise.all(
    [broken, unbroken].map(({ id }) => context.prisma.model.findUniqueOrThrow({ where: { id } })),
  );
  expect(a?.sha256).toBe(b?.sha256);
});

test('a job that fails stores why, and the next one runs', async () => {
  const other = await tinyDataset(context.prisma, context.blobs, {
    name: 'damaged',
    train: 2,
    validation: 0,
    test: 0,
  });
  const lost = await context.prisma.blob.create({
    data: { sha256: 'f'.repeat(64), bytes: 1, mediaType: 'image/png' },
  });
  // Masks are fixed; this is what a lost file of the blob store looks like.
  await context.prisma.$executeRaw`alter table annotations disable trigger annotations_versioned`;
  await context.prisma.annotation.updateMany({
    where: { image: { datasetId: other.datasetId } },
    data: { sha256: lost.sha256 },
  });
  await context.prisma.$executeRaw`alter table annotations enable trigger annotations_versioned`;
  const fusion = await fuseLabels(context, {
    snapshotId: other.snapshotId,
    method: 'majority-vote',
    size: 32,
  });
  const run = await ended(context, fusion.runId);
  expect(run).toMatchObject({ status: 'failed', errorCode: 'BLOB_CORRUPT' });
  expect(run.errorMessage).toMatch(/f{64}/);
  expect(run.errorStack).toMatch(/at /);
  await vote();
});

async function reached(runId: string, epoch: number): Promise<void> {
  const changes = context.pubsub.runChanges(runId);
  while (!(await changes.next()).done) {
    if (await context.prisma.epochMetric.count({ where: { runId, epoch } })) break;
  }
  await changes.return(undefined);
}

describe('with DF-GT', () => {
  async function dfGt() {
    const theta = await succeeded(context, train({ method: 'dl-cat' }));
    return succeeded(
      context,
      fuseLabels(context, {
        snapshotId: tiny.snapshotId,
        method: 'df-gt-expg',
        config: { steps: 3, hidden: 4, imagesAtOnce: 8 },
        diagnosisModelIds: [theta.id],
      }),
    );
  }

  test('maps of every rater are stored, with their noise, and weights sum to one', async () => {
    const fusion = await dfGt();
    expect(await context.prisma.expertnessMap.count({ where: { fusionId: fusion.id } })).toBe(24 * 7);
    const sums = await context.prisma.raterWeight.groupBy({
      by: ['imageId'],
      where: { fusionId: fusion.id },
      _sum: { weight: true },
    });
    for (const { _sum } of sums) expect(_sum.weight).toBeCloseTo(1, 5);
    const images = await context.prisma.fusedImage.findMany({ where: { fusionId: fusion.id } });
    for (const { spectralEnergy } of images) {
      // ExpG's maps are smooth, but they vary.
      expect(spectralEnergy).toBeGreaterThan(0);
      expect(spectralEnergy).toBeLessThan(0.5);
    }
  });

  test('its evaluation gives AUC and that of the control, both flagged, and scores to compute them again', async () => {
    const fusion = await dfGt();
    const judge = await succeeded(context, train({ method: 'dl-cat' }));
    const evaluation = await succeeded(
      context,
      evaluate(context, { fusionId: fusion.id, judgeModelId: judge.id, permutations: 2 }),
    );
    const metrics = await context.prisma.evaluationMetric.findMany({
      where: { evaluationId: evaluation.id },
    });
    const names = new Set(metrics.map(({ name }) => name));
    expect(names).toEqual(new Set(['auc', 'auc_bootstrap', 'permuted_auc', 'soft_dice']));
    expect(metrics.every(({ transductive }) => transductive)).toBe(true);
    const control = metrics.find(({ name }) => name === 'permuted_auc');
    expect(control).toMatchObject({ interval: 'permutations', count: 12 });
    expect(control?.note).toMatch(/^mean of 2 permutations/);
    expect(await context.prisma.diagnosisScore.count({ where: { evaluationId: evaluation.id } })).toBe(12);
    expect(metrics.filter(({ name }) => name === 'soft_dice')).toHaveLength(7 * 2);
  });

  test('evaluated without a judge it is compared with the raters only, and stays flagged', async () => {
    const fusion = await dfGt();
    const evaluation = await succeeded(context, evaluate(context, { fusionId: fusion.id }));
    const metrics = await context.prisma.evaluationMetric.findMany({
      where: { evaluationId: evaluation.id },
    });
    expect(new Set(metrics.map(({ name }) => name))).toEqual(new Set(['soft_dice']));
    expect(metrics).toHaveLength(7 * 2);
    expect(metrics.every(({ transductive }) => transductive)).toBe(true);
    expect(await context.prisma.diagnosisScore.count({ where: { evaluationId: evaluation.id } })).toBe(0);
  });

  test('a segmentation model trained on it: Dice against it is flagged, AUC of its own masks is not', async () => {
    const fusion = await dfGt();
    const judge = await succeeded(context, train({ method: 'baseline-dia' }));
    const model = await succeeded(
      context,
      train({
        method: 'take-and-give',
        fusionId: fusion.id,
        diagnosisModelId: judge.id,
        training: { epochs: 1, batchSize: 4 },
      }),
    );
    const evaluation = await succeeded(
      context,
      evaluate(context, { modelId: model.id, judgeModelId: judge.id }),
    );
    const metrics = await context.prisma.evaluationMetric.findMany({
      where: { evaluationId: evaluation.id },
    });
    const flags = (name: string, rater: boolean) =>
      metrics
        .filter((row) => row.name === name && (row.raterId !== null) === rater)
        .map((row) => row.transductive);
    expect(flags('auc', false)).toEqual([false]);
    expect(flags('soft_dice', false)).toEqual([true, true]);
    expect(flags('soft_dice', true)).toEqual(Array(14).fill(false));
    expect(flags('permuted_auc', false)).toEqual([]);
    expect(await context.prisma.predictedMask.count({ where: { modelId: model.id } })).toBe(12 * 2);
    expect(
      await context.prisma.imageMetric.count({
        where: { evaluationId: evaluation.id, name: 'soft_dice', raterId: null },
      }),
    ).toBe(24);
  });
});
