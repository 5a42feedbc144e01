import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { drawnDataset } from '../../tests/helpers/drawn-dataset.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { runExperiment } from '../experiments/experiments.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { trainModel } from '../training/training.service.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let worker: QueueWorker;
let snapshotId: string;

beforeAll(async () => {
  context = await testJobContext();
  const square = `${'#'.repeat(16)}${'.'.repeat(16)}/`.repeat(32).slice(0, -1);
  const images = [1, 2].map(() => ({ split: 'none' as const, masks: { s: { a: square, b: square } } }));
  const drawn = { name: 'without splits', raters: ['a', 'b'], structures: ['s'], images };
  ({ snapshotId } = await drawnDataset(context.prisma, context.blobs, drawn));
  // The pictures of a drawn dataset are empty; a fusion decodes them.
  const { default: sharp } = await import('sharp');
  const create = { width: 32, height: 32, channels: 3 as const, background: 'black' };
  const sha256 = await context.blobs.put(await sharp({ create }).png().toBuffer(), 'image/png');
  await context.pool.query('alter table images disable trigger images_pixels_fixed');
  await context.prisma.image.updateMany({ data: { sha256 } });
  await context.pool.query('alter table images enable trigger images_pixels_fixed');
  worker = await startWorker(context);
}, 60_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

const vote = () => succeeded(context, fuseLabels(context, { snapshotId, method: 'majority-vote', size: 32 }));

test('votes are fused, evaluated and compared without a split', async () => {
  const fusion = await vote();
  expect(await context.prisma.fusedImage.count({ where: { fusionId: fusion.id } })).toBe(2);
  const evaluation = await succeeded(context, evaluate(context, { fusionId: fusion.id, split: 'none' }));
  const dice = { evaluationId: evaluation.id, name: 'soft_dice' };
  expect(await context.prisma.evaluationMetric.findFirstOrThrow({ where: dice })).toMatchObject({ count: 2 });
  const agreement = await succeeded(context, measureAgreement(context, { snapshotId }));
  expect((await ended(context, agreement.runId)).status).toBe('succeeded');
});

test('an experiment that only fuses runs; one that trains is refused when it is asked for', async () => {
  const asked = { snapshotId, experiment: 'fuse' };
  await succeeded(context, runExperiment(context, { ...asked, config: { method: 'majority-vote' } }));
  await expect(runExperiment(context, { snapshotId, experiment: 'train' })).rejects.toThrow(
    /experiment 'train' needs images to train on .* none of the 2 images of snapshot .* has a split/,
  );
});

test('a training is refused with what to do', async () => {
  const fusionId = (await vote()).id;
  await expect(trainModel(context, { fusionId, method: 'baseline-seg' })).rejects.toThrow(
    /to train 'baseline-seg' needs images to train on .* freeze the cohort anew/,
  );
  await expect(evaluate(context, { fusionId, split: 'test' })).rejects.toThrow(
    "split 'test': snapshot " + snapshotId + " has no such images; it has 2 of 'none'",
  );
});
