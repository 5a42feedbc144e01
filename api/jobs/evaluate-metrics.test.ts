import { hausdorff95 } from '../../ml/metrics/hausdorff-95.ts';
import { succeeded } from '../../tests/helpers/ended.ts';
import { drawnDataset } from '../../tests/helpers/drawn-dataset.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import type { AskedMetric } from '../evaluations/choose-metrics.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { openStoreSource } from '../storage/store-source.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { trainModel } from '../training/training.service.ts';
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

/** The masks of one rater: compared with that rater's they are as good as can be. */
async function masksOfR1(): Promise<string> {
  const { snapshotId, size } = tiny;
  const asked = { snapshotId, method: 'single-rater', size, config: { rater: 'R1' } };
  return (await succeeded(context, fuseLabels(context, asked))).id;
}

async function measured(metrics: AskedMetric[]) {
  const { id } = await succeeded(context, evaluate(context, { fusionId: await masksOfR1(), metrics }));
  return context.prisma.evaluation.findUniqueOrThrow({
    where: { id },
    include: {
      metrics: { include: { rater: true, structure: true } },
      imageMetrics: { include: { rater: true, structure: true } },
    },
  });
}

test('how far a judge reads the mask: one that sees none does not, one that does is asked with other masks', async () => {
  const fusionId = await masksOfR1();
  const training = { epochs: 2, batchSize: 4 };
  const read = async (method: string) => {
    const asked = { fusionId, method, config: { resnet: tinyResnet }, training };
    const judge = await succeeded(context, trainModel(context, asked));
    const evaluation = { fusionId, judgeModelId: judge.id, metrics: [{ name: 'mask_sensitivity' }] };
    const { id } = await succeeded(context, evaluate(context, evaluation));
    const metrics = await context.prisma.evaluationMetric.findMany({ where: { evaluationId: id } });
    expect(metrics.map(({ name }) => name)).toEqual(['mask_sensitivity']);
    return metrics[0];
  };
  expect(await read('no-mask')).toMatchObject({ value: 0, count: 12 });
  expect((await read('dl-cat')).value).toBeGreaterThan(0.01);
});

const spaced = { spacing: [0.5, 1.25] };

test('one metric with several settings: rows carry name, settings and unit, each image its own number', async () => {
  const asked = [{ name: 'hausdorff_95' }, { name: 'hausdorff_95', settings: spaced }, { name: 'dice' }];
  const { metrics, imageMetrics } = await measured(asked);
  const labels = metrics.map(({ name, settings, unit }) => ({ name, settings, unit }));
  const expected = [
    { name: 'hausdorff_95', unit: 'pixel', settings: { spacing: null, threshold: 0.5 } },
    { name: 'hausdorff_95', unit: 'mm', settings: { spacing: [0.5, 1.25], threshold: 0.5 } },
    { name: 'dice', unit: null, settings: { threshold: 0.5 } },
  ];
  for (const label of expected) expect(labels).toContainEqual(label);
  expect(metrics).toHaveLength(3 * 7 * 2);
  for (const row of metrics) {
    const own = imageMetrics.filter(
      ({ name, unit, raterId, structureId }) =>
        [name, unit, raterId, structureId].join() ===
        [row.name, row.unit, row.raterId, row.structureId].join(),
    );
    expect([own.length, own.length + row.undefinedCount]).toEqual([row.count, 12]);
    const sum = own.reduce((total, { value }) => total + value, 0);
    expect(row.value).toBeCloseTo(sum / own.length, 12);
  }
  const ofItself = metrics.filter(({ rater }) => rater!.name === 'R1');
  for (const { name, value } of ofItself) expect(value).toBe(name === 'dice' ? 1 : 0);
});

test('the numbers are the metric’s own of the stored masks', async () => {
  const { imageMetrics } = await measured([{ name: 'hausdorff_95', settings: spaced }]);
  const { snapshotId, size } = tiny;
  const source = await openStoreSource(context, {
    snapshotId,
    size,
    split: 'test',
    fusionId: await masksOfR1(),
  });
  const [sample] = await source.read([0]);
  const [n, c] = [source.raters.length, source.structures.length];
  const mask = (values: ArrayLike<number>, channel: number, channels: number) => ({
    values: Array.from({ length: size * size }, (_, pixel) => values[pixel * channels + channel]),
    height: size,
    width: size,
  });
  const config = hausdorff95.config.parse(spaced);
  for (const [s, structure] of source.structures.entries()) {
    for (const [r, rater] of source.raters.entries()) {
      const expected = hausdorff95.measure(
        mask(sample.fused!, s, c),
        mask(sample.raterMasks, r * c + s, n * c),
        config,
      );
      const stored = imageMetrics.find(
        (row) =>
          row.imageId === source.imageIds[0] && row.rater!.name === rater && row.structure.name === structure,
      );
      expect(stored?.value ?? null).toBe(expected);
    }
  }
});

test('asked in another way for the same metrics it is the same evaluation; other settings are another', async () => {
  const plain = await measured([{ name: 'dice' }]);
  expect((await measured([{ name: 'dice', settings: { threshold: 0.5 } }])).id).toBe(plain.id);
  expect((await measured([{ name: 'dice', settings: { threshold: 0.4 } }])).id).not.toBe(plain.id);
});

test('empty masks: two agree, one does not; both are counted beside each mean, as in an agreement', async () => {
  const side = 32;
  const dot = (at: number) => Array.from({ length: side * side }, (_, i) => (i === at ? '#' : '.')).join('').replace(/.{32}(?=.)/g, '$&/'); // prettier-ignore
  const nothing = dot(-1);
  const lesion = (a: string, b: string) => ({ split: 'test' as const, masks: { lesion: { a, b } } });
  // Nine images without a lesion, one where raters differ, one where b saw nothing: the vote of two is empty in all.
  const images = [...Array.from({ length: 9 }, () => lesion(nothing, nothing)), lesion(dot(300), dot(700)), lesion(dot(300), nothing)]; // prettier-ignore
  const drawn = { name: 'empty', raters: ['a', 'b'], structures: ['lesion'], images };
  const { snapshotId } = await drawnDataset(context.prisma, context.blobs, drawn);
  const asked = { snapshotId, method: 'single-rater', size: side, config: { rater: 'a' } };
  const { id: fusionId } = await succeeded(context, fuseLabels(context, asked));
  const names = ['dice', 'soft_dice', 'soft_iou', 'normalised_surface_dice', 'hausdorff_95'];
  const metrics = names.map((name) => ({ name }));
  const { id: evaluationId } = await succeeded(context, evaluate(context, { fusionId, metrics }));
  const rows = await context.prisma.evaluationMetric.findMany({
    where: { evaluationId },
    include: { rater: true },
  });
  const of = (name: string, rater: string) => rows.find((row) => row.name === name && row.rater!.name === rater); // prettier-ignore
  for (const name of names.slice(0, 4)) {
    // Against b's: 1 nine times, then 0 twice.
    expect(of(name, 'b')).toMatchObject({ value: 9 / 11, count: 11, undefinedCount: 0 });
    expect(of(name, 'b')).toMatchObject({ bothEmptyCount: 9, oneEmptyCount: 1 });
    expect(of(name, 'a')).toMatchObject({ value: 1, bothEmptyCount: 9, oneEmptyCount: 0 });
  }
  expect(of('hausdorff_95', 'b')).toMatchObject({ count: 1, undefinedCount: 10, bothEmptyCount: 9, oneEmptyCount: 1 }); // prettier-ignore
  const { id: agreementId } = await succeeded(context, measureAgreement(context, { snapshotId }));
  const dice = await context.prisma.agreementMetric.findFirst({ where: { agreementId, name: 'dice' } });
  const { value, low, high, count, bothEmptyCount, oneEmptyCount } = of('dice', 'b')!;
  expect(dice).toMatchObject({ value, low, high, count, bothEmptyCount, oneEmptyCount });
});
