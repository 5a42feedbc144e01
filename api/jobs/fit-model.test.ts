import { succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { fittedFromBytes } from '../../ml/fitted.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { trainModel, type TrainModelInput } from '../training/training.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let tiny: TinyDataset;
let worker: QueueWorker;
let fusionId: string;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs, { train: 16, validation: 4, test: 12 });
  worker = await startWorker(context);
  const { snapshotId, size } = tiny;
  fusionId = (await succeeded(context, fuseLabels(context, { snapshotId, method: 'majority-vote', size })))
    .id;
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

const fit = (input: Partial<TrainModelInput> = {}) =>
  trainModel(context, { method: 'vcdr-svm', ...input, fusionId });

test('what a fitted model learned is kept with it, of the training images alone, without epochs', async () => {
  const { id, runId } = await succeeded(context, fit());
  const model = await context.prisma.model.findUniqueOrThrow({ where: { id }, include: { run: true } });
  const fitted = fittedFromBytes('vcdr-svm', await context.blobs.get(model.sha256 ?? ''));
  const vectors = fitted.tensors.get('vectors')!;
  expect(vectors.shape[1]).toBe(1);
  expect(vectors.shape[0]).toBeLessThanOrEqual(16);
  expect(model.run.result).toEqual({ images: 16, sha256: model.sha256 });
  expect(await context.prisma.epochMetric.count({ where: { runId } })).toBe(0);
});

test('equal masks teach it the same, under another seed too', async () => {
  const [first, other] = [await succeeded(context, fit()), await succeeded(context, fit({ seed: 2 }))];
  const rows = await context.prisma.model.findMany({ where: { id: { in: [first.id, other.id] } } });
  expect(rows).toHaveLength(2);
  expect(rows[0].sha256).toBe(rows[1].sha256);
});

test.each(['vcdr-svm', 'vcdr-ts'])('%s judges masks: a score an image, and the AUC', async (method) => {
  const judge = await succeeded(context, fit({ method }));
  const evaluation = await succeeded(context, evaluate(context, { fusionId, judgeModelId: judge.id }));
  const where = { evaluationId: evaluation.id };
  const metrics = await context.prisma.evaluationMetric.findMany({ where });
  expect(new Set(metrics.map(({ name }) => name))).toEqual(new Set(['auc', 'auc_bootstrap', 'soft_dice']));
  const auc = metrics.find(({ name }) => name === 'auc')!;
  // The phantom's diagnosis follows its vCDR: twelve images are told apart without a mistake.
  const note = 'no interval: the classes are perfectly separated';
  expect(auc).toMatchObject({ value: 1, low: null, high: null, interval: null, note, count: 12 });
  const scores = await context.prisma.diagnosisScore.findMany({ where });
  expect(scores).toHaveLength(12);
  expect(scores.every(({ logit }) => Number.isFinite(logit))).toBe(true);
});

test('a model with a given threshold scores by its distance from it', async () => {
  const model = await succeeded(context, fit({ method: 'vcdr-ts', config: { threshold: 0.6 } }));
  const { sha256 } = await context.prisma.model.findUniqueOrThrow({ where: { id: model.id } });
  const fitted = fittedFromBytes('vcdr-ts', await context.blobs.get(sha256 ?? ''));
  expect(fitted.tensors.get('threshold')!.values[0]).toBeCloseTo(0.6, 6);
});

describe('is refused, with the reason,', () => {
  const invalid = (message: RegExp) =>
    expect.objectContaining({
      message: expect.stringMatching(message) as string,
      extensions: expect.objectContaining({ code: 'INVALID_INPUT' }) as object,
    }) as Error;

  test('with settings of a training', async () => {
    await expect(fit({ training: { epochs: 3 } })).rejects.toEqual(
      invalid(/training: 'vcdr-svm' is fitted at once and has no such settings, received {"epochs":3}/),
    );
    expect((await fit({ training: {} })).id).toBe((await fit()).id);
  });

  test('on images without the structure that it measures', async () => {
    await expect(fit({ method: 'border-ts' })).rejects.toEqual(
      invalid(/does not suit 'border-ts': .* name it in measure\.structure, of disc, cup/),
    );
    await expect(
      fit({ method: 'border-ts', config: { measure: { structure: 'disc' } } }),
    ).resolves.toBeDefined();
  });

  test('as θ of DF-GT', async () => {
    const { id } = await succeeded(context, fit());
    const { snapshotId } = tiny;
    await expect(
      fuseLabels(context, { snapshotId, method: 'df-gt-expg', diagnosisModelIds: [id] }),
    ).rejects.toEqual(invalid(/'vcdr-svm', as it was configured, gives no gradient for the mask/));
  });

  test('inside Take and Give', async () => {
    const { id } = await succeeded(context, fit());
    const config = { resnet: tinyResnet };
    await expect(fit({ method: 'take-and-give', config, diagnosisModelId: id })).rejects.toEqual(
      invalid(/'vcdr-svm' is a rule on measures of the mask, 'take-and-give' needs a network/),
    );
  });
});
