import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { drawnDataset, type Drawn } from '../../tests/helpers/drawn-dataset.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { decodeSoftMask } from '../storage/mask-codec.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  worker = await startWorker(context);
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

let count = 0;
async function drawn(images: Drawn['images'], raters = ['a', 'b']) {
  const name = `own size ${++count}`;
  return drawnDataset(context.prisma, context.blobs, { name, raters, structures: ['lesion'], images });
}

async function fused(snapshotId: string, options: { method?: string; size?: number } = {}) {
  const fusion = await succeeded(
    context,
    fuseLabels(context, { snapshotId, method: 'majority-vote', ...options }),
  );
  const masks = await context.prisma.fusedMask.findMany({
    where: { fusionId: fusion.id },
    orderBy: { image: { path: 'asc' } },
  });
  const read = masks.map(async ({ sha256 }) => decodeSoftMask(await context.blobs.get(sha256)));
  return { fusion, masks, read: await Promise.all(read) };
}

async function metricsOf(fusionId: string, name: string) {
  const asked = evaluate(context, { fusionId, metrics: [{ name }] });
  const { id: evaluationId } = await succeeded(context, asked);
  return context.prisma.evaluationMetric.findMany({
    where: { evaluationId },
    orderBy: { rater: { position: 'asc' } },
  });
}

/** An image of `size` × `size` pixels with a square of `side` pixels at some corner. */
function square(size: number, side: number, left: number, top: number): string {
  const inside = (at: number, from: number) => at >= from && at < from + side;
  const row = (y: number) =>
    Array.from({ length: size }, (_, x) => (inside(x, left) && inside(y, top) ? '#' : '.')).join('');
  return Array.from({ length: size }, (_, y) => row(y)).join('/');
}

test('a vote is taken at the size and shape of each image', async () => {
  const { snapshotId } = await drawn([
    { split: 'test', masks: { lesion: { a: '##./...', b: '#../..#' } } },
    { split: 'test', masks: { lesion: { a: '#/#/.', b: '#/./.' } } },
  ]);
  const { fusion, masks, read } = await fused(snapshotId);
  expect([fusion.width, fusion.height]).toEqual([null, null]);
  expect(masks.map(({ width, height }) => [width, height])).toEqual([
    [3, 2],
    [1, 3],
  ]);
  expect(read.map(({ mask }) => [...mask])).toEqual([
    [1, 0.5, 0, 0, 0, 0.5],
    [1, 0.5, 0],
  ]);
});

test('shares of any number of raters are stored exactly', async () => {
  for (const n of [3, 7, 11, 13]) {
    const raters = Array.from({ length: n }, (_, k) => `r${String(k).padStart(2, '0')}`);
    // The first k raters mark pixel k.
    const lesion = Object.fromEntries(
      raters.map((name, r) => [name, raters.map((_, k) => (r <= k ? '#' : '.')).join('')]),
    );
    const { snapshotId } = await drawn([{ split: 'test', masks: { lesion } }], raters);
    const { read } = await fused(snapshotId);
    expect([...read[0].mask]).toEqual(raters.map((_, k) => Math.fround((k + 1) / n)));
  }
});

test('one half is not above one half: two raters without a common pixel have soft Dice 4/15', async () => {
  const { snapshotId } = await drawn([{ split: 'test', masks: { lesion: { a: '##..', b: '..##' } } }]);
  const { fusion } = await fused(snapshotId);
  // Above 0.1 and 0.3 all four pixels are in, of which the rater has two: 2/3. Above 0.5, 0.7 and 0.9 none is: 0.
  const metrics = await metricsOf(fusion.id, 'soft_dice');
  expect(metrics.map(({ value }) => value)).toEqual([expect.closeTo(4 / 15, 12), expect.closeTo(4 / 15, 12)]);
});

test('a mask that vanishes when it is scaled is counted, and never scored', async () => {
  const lesion = { a: square(256, 4, 0, 0), b: square(256, 4, 240, 240) };
  const { snapshotId } = await drawn([
    { split: 'test', masks: { lesion } },
    { split: 'test', masks: { lesion: { a: square(256, 128, 0, 0), b: square(256, 128, 0, 0) } } },
  ]);
  const small = await fused(snapshotId, { size: 32 });
  const run = await ended(context, small.fusion.runId);
  expect(run.result).toMatchObject({ size: 32, vanishedMasks: 2 });
  const [of] = await metricsOf(small.fusion.id, 'soft_dice');
  expect(of).toMatchObject({ value: 1, count: 1, undefinedCount: 1, vanishedCount: 1 });
  expect(of.note).toMatch(/no pixel left/);
  const own = await fused(snapshotId);
  const [exact] = await metricsOf(own.fusion.id, 'soft_dice');
  // The raters' lesions do not meet: 4/15; the others are equal.
  expect(exact).toMatchObject({ count: 2, vanishedCount: 0 });
  expect(exact.value).toBeCloseTo((4 / 15 + 1) / 2, 12);
});

test('distances are in millimetres where every image has a spacing, else in pixels of the image', async () => {
  const lesion = { a: square(128, 16, 0, 0), b: square(128, 16, 0, 16) };
  const { datasetId, snapshotId } = await drawn([{ split: 'test', masks: { lesion } }]);
  const method = 'single-rater'; // of a: b lies 16 pixels below
  const own = await fused(snapshotId, { method });
  const small = await fused(snapshotId, { method, size: 32 });
  for (const { fusion } of [own, small]) {
    const [, b] = await metricsOf(fusion.id, 'hausdorff_95');
    expect([b.unit, b.value]).toEqual(['pixel', 16]);
  }
  await context.prisma.image.updateMany({ where: { datasetId }, data: { spacingY: 0.25, spacingX: 3 } });
  const spaced = await fused(snapshotId, { method, size: 64 });
  const [, b] = await metricsOf(spaced.fusion.id, 'hausdorff_95');
  expect([b.unit, b.value]).toEqual(['mm', 4]);
});
