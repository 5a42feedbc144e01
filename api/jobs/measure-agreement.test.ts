import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { drawnDataset, type Drawn } from '../../tests/helpers/drawn-dataset.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { versionOf } from '../../ml/method.ts';
import { dice } from '../../ml/metrics/dice.ts';
import { decodeSoftMask } from '../storage/mask-codec.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { refreshKeys } from '../runs/refresh-keys.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  worker = await startWorker(context);
}, 60_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

// '#' is the structure. Images of 2×2, 3×1 and 2×1 pixels; c skipped the second, a alone annotated the third's disc.
const drawn: Drawn = {
  name: 'drawn',
  raters: ['a', 'b', 'c'],
  structures: ['disc', 'cup'],
  images: [
    {
      split: 'train',
      masks: { disc: { a: '##/..', b: '#./..', c: '##/..' }, cup: { a: '../..', b: '../..' } },
    },
    { split: 'test', masks: { disc: { a: '##.', b: '.#.' }, cup: { a: '...', b: '...' } } },
    { split: 'test', masks: { disc: { a: '#.' } } },
  ],
};

async function measured(name: string, split: 'test' | null = null) {
  const { snapshotId } = await drawnDataset(context.prisma, context.blobs, { ...drawn, name });
  const agreement = await measureAgreement(context, { snapshotId, split, seed: 3 });
  const run = await ended(context, agreement.runId);
  if (run.status !== 'succeeded') throw new Error(`${run.status}: ${run.errorStack}`);
  const metrics = await context.prisma.agreementMetric.findMany({
    where: { agreementId: agreement.id },
    include: { structure: true, rater: true, otherRater: true },
  });
  const of = (structure: string, name: string, ...raters: string[]) =>
    metrics.find(
      (m) =>
        m.structure.name === structure &&
        m.name === name &&
        [m.rater, m.otherRater].flatMap((rater) => rater?.name ?? []).join() === raters.join(),
    )!;
  return { agreement, run, metrics, of, snapshotId };
}

test('images of different sizes, one skipped by a rater: values worked by hand', async () => {
  const { of, metrics, run } = await measured('by hand');
  expect(run.result).toEqual({ images: 3, metrics: 2 * (4 + 3 + 3 * 3) });
  expect(metrics).toHaveLength(32);
  // Dice of a and b is 2/3 in both images; of a and c 1, of b and c 2/3, in the first alone.
  expect(of('disc', 'dice', 'a', 'b')).toMatchObject({ count: 2, undefinedCount: 1, interval: 'bootstrap' });
  expect(of('disc', 'dice', 'a', 'b').value).toBeCloseTo(2 / 3, 12);
  expect(of('disc', 'dice', 'a', 'c')).toMatchObject({ value: 1, count: 1, undefinedCount: 2 });
  expect(of('disc', 'mean_pairwise_dice').value).toBeCloseTo((7 / 9 + 2 / 3) / 2, 12);
  // a and b over 7 pixels: both 2, a alone 2, neither 3: p_o = 5/7, p_e = 4/7 · 2/7 + 3/7 · 5/7 = 23/49.
  expect(of('disc', 'cohen_kappa', 'a', 'b').value).toBeCloseTo((5 / 7 - 23 / 49) / (26 / 49), 12);
  // Pixels 3/3, 2/3, 0/3, 0/3, 1/2, 2/2, 0/2: P = (16/3) / 7, 8 yes of 18 votes: P_e = (64 + 100) / 324.
  expect(of('disc', 'fleiss_kappa').value).toBeCloseTo((16 / 21 - 164 / 324) / (160 / 324), 12);
  // D_o = (2 + 2) / 18, D_e = 2·8·10 / (18·17).
  expect(of('disc', 'krippendorff_alpha').value).toBeCloseTo(1 - 4 / 18 / ((2 * 80) / (18 * 17)), 12);
  // As in ml/metrics/agreement/rater-agreement.test.ts: b stands apart in the first image, both do in the second.
  const distance = 'generalised_energy_distance';
  expect(of('disc', distance, 'b').value).toBeCloseTo(1, 12);
  expect(of('disc', distance, 'c').value).toBeCloseTo(1 / 4, 12);
  expect(of('disc', distance).value).toBeCloseTo(3 / 4, 12);
});

test('masks that are all empty agree, have no kappa and no distance between them, and are counted', async () => {
  const { of, agreement } = await measured('empty');
  const none = { value: null, low: null, high: null, interval: null, count: 0, undefinedCount: 3 };
  const empty = { bothEmptyCount: 2, oneEmptyCount: 0 };
  expect(of('cup', 'dice', 'a', 'b')).toMatchObject({ value: 1, count: 2, undefinedCount: 1, ...empty });
  expect(of('cup', 'mean_pairwise_dice')).toMatchObject({ value: 1, count: 2, undefinedCount: 1, ...empty });
  expect(of('cup', 'fleiss_kappa')).toMatchObject({ ...none, note: 'all votes are equal', ...empty });
  expect(of('cup', 'dice', 'a', 'c')).toMatchObject({ ...none, note: 'no image that both annotated' });
  expect(of('cup', 'generalised_energy_distance')).toMatchObject({ value: 0, count: 2, undefinedCount: 1 });
  const images = await byImage(agreement.id, 'cup');
  expect(images.filter(({ name }) => ['cohen_kappa', 'hausdorff_95'].includes(name))).toEqual([]);
});

const byImage = (agreementId: string, structure: string) =>
  context.prisma.imageAgreement.findMany({
    where: { agreementId, structure: { name: structure } },
    include: { image: true, rater: true, otherRater: true },
  });

test('each image has its numbers, of those who annotated it: Dice, kappa and distance of every two', async () => {
  const { agreement } = await measured('by image');
  const rows = (await byImage(agreement.id, 'disc')).map((row) => [
    [row.image.path[6], row.name, row.rater?.name, row.otherRater?.name].filter(Boolean).join(' '),
    { value: row.value, unit: row.unit },
  ]);
  const found = Object.fromEntries(rows) as Record<string, { value: number; unit: string | null }>;
  // Of all 2, of one 1, of two 4 and of all 4 names: three annotators, then two, then one.
  expect(rows).toHaveLength(4 + 3 + 3 * 4 + (4 + 2 + 4));
  expect(found['0 dice a b'].value).toBeCloseTo(2 / 3, 12);
  expect(found['0 mean_pairwise_dice'].value).toBeCloseTo(7 / 9, 12);
  expect(found['1 mean_pairwise_dice'].value).toBeCloseTo(2 / 3, 12);
  // The pixel that b lacks is one away from b's: the 95 % quantile of 0 and 1.
  expect(found['0 hausdorff_95 a b']).toEqual({ value: 0.95, unit: 'pixel' });
  expect(found['0 hausdorff_95 a c']).toEqual({ value: 0, unit: 'pixel' });
  // '##/..' and '#./..': both 1, a alone 1, neither 2 of 4: p_o = 3/4, p_e = 1/2.
  expect(found['0 cohen_kappa a b'].value).toBeCloseTo(1 / 2, 12);
});

test('distances are in mm where the pixel’s size is known', async () => {
  const { snapshotId, datasetId } = await drawnDataset(context.prisma, context.blobs, {
    ...drawn,
    name: 'mm',
  });
  await context.prisma.image.updateMany({
    where: { datasetId, path: 'image-0.png' },
    data: { spacingY: 0.5, spacingX: 2 },
  });
  const { id } = await succeeded(context, measureAgreement(context, { snapshotId }));
  const found = (await byImage(id, 'disc')).filter(({ name }) => name === 'hausdorff_95');
  const of = (path: string) => found.find((row) => row.image.path === path && row.otherRater!.name === 'b');
  expect(of('image-0.png')).toMatchObject({ value: 1.9, unit: 'mm' });
  expect(of('image-1.png')).toMatchObject({ value: 0.95, unit: 'pixel' });
});

test('nothing is resized: lesions of a few pixels in different corners of a large image have Dice 0', async () => {
  const side = 256;
  const corner = (top: number, left: number) =>
    Array.from({ length: side }, (_, y) =>
      Array.from({ length: side }, (_, x) =>
        y >= top && y < top + 5 && x >= left && x < left + 5 ? '#' : '.',
      ).join(''),
    ).join('/');
  const masks = { lesion: { a: corner(8, 8), b: corner(240, 240) } };
  const small: Drawn = {
    name: 'corners',
    raters: ['a', 'b'],
    structures: ['lesion'],
    images: [{ split: 'test', masks }],
  };
  const { snapshotId } = await drawnDataset(context.prisma, context.blobs, small);
  const { id: agreementId } = await succeeded(context, measureAgreement(context, { snapshotId }));
  const metrics = await context.prisma.agreementMetric.findMany({ where: { agreementId } });
  const dices = metrics.filter(({ name }) => ['dice', 'mean_pairwise_dice'].includes(name));
  expect(dices).toHaveLength(2);
  for (const row of dices)
    expect(row).toMatchObject({ value: 0, count: 1, bothEmptyCount: 0, oneEmptyCount: 0 });
});

test('a measurement of an earlier version answers another question: metrics have been mended', async () => {
  const { agreement, snapshotId, run } = await measured('earlier', 'test');
  expect(run.config).toMatchObject({
    metrics: expect.arrayContaining([{ name: 'dice', version: versionOf(dice) }]) as unknown,
  });
  const config = { snapshotId, split: 'test' };
  await context.prisma.run.update({
    where: { id: run.id },
    data: { config, key: '1'.repeat(64), keyVersion: '0.1.0' },
  });
  await refreshKeys(context.prisma);
  const again = await measureAgreement(context, { snapshotId, split: 'test', seed: 3 });
  expect(again.id).not.toBe(agreement.id);
  await ended(context, again.runId);
});

test('each image and structure with two annotators has its two maps, at the size of the image', async () => {
  const { agreement } = await measured('maps');
  const maps = await context.prisma.agreementMap.findMany({
    where: { agreementId: agreement.id },
    include: { image: true, structure: true },
  });
  expect(maps).toHaveLength(2 * 2 * 2);
  const read = async (path: string, kind: string) => {
    const found = maps.find((m) => m.image.path === path && m.kind === kind && m.structure.name === 'disc')!;
    const { mask, width, height } = await decodeSoftMask(await context.blobs.get(found.sha256));
    return { width, height, values: [...mask].map((value) => Math.round(value * 1000) / 1000) };
  };
  // 2/3 of three annotators, and log2 3 - 2/3 bits.
  const [first, second] = ['image-0.png', 'image-1.png'];
  expect(await read(first, 'agreement')).toEqual({ width: 2, height: 2, values: [1, 0.667, 1, 1] });
  expect(await read(first, 'entropy')).toEqual({ width: 2, height: 2, values: [0, 0.918, 0, 0] });
  expect(await read(second, 'agreement')).toEqual({ width: 3, height: 1, values: [0.5, 1, 1] });
  expect(await read(second, 'entropy')).toEqual({ width: 3, height: 1, values: [1, 0, 0] });
});

test('of one split: its images alone; the same question has one answer, another seed another run', async () => {
  const { of, run, agreement, snapshotId } = await measured('split', 'test');
  expect(run.result).toMatchObject({ images: 2 });
  expect(of('disc', 'dice', 'a', 'b')).toMatchObject({ count: 1, undefinedCount: 1 });
  expect(of('disc', 'dice', 'a', 'b').note).toBe('no interval: one image');
  const ask = (seed: number) => measureAgreement(context, { snapshotId, split: 'test', seed });
  expect((await ask(3)).id).toBe(agreement.id);
  expect((await ask(4)).id).not.toBe(agreement.id);
});

test('what cannot be measured is refused before any work', async () => {
  const { snapshotId } = await drawnDataset(context.prisma, context.blobs, { ...drawn, name: 'refused' });
  const ask = (input: object) => measureAgreement(context, { snapshotId, ...input });
  await expect(ask({ split: 'validation' })).rejects.toThrow("split 'validation'");
  await expect(ask({ seed: -1 })).rejects.toThrow('seed -1');
  await expect(ask({ snapshotId: 'no such' })).rejects.toThrow('no such');
});

test('an image of which only diagnoses are known counts as one that nobody annotated', async () => {
  const { snapshotId, datasetId } = await drawnDataset(context.prisma, context.blobs, {
    ...drawn,
    name: 'no picture',
  });
  const row = { datasetId, path: 'none', subject: 's9', split: 'test' as const };
  const { id: imageId } = await context.prisma.image.create({ data: row });
  await context.prisma.snapshotImage.create({ data: { snapshotId, imageId, position: 3, split: 'test' } });
  const { id } = await succeeded(context, measureAgreement(context, { snapshotId }));
  const [alpha] = await context.prisma.agreementMetric.findMany({
    where: { agreementId: id, name: 'krippendorff_alpha', structure: { name: 'disc' } },
  });
  // Of four images two have two annotators: the third has one, the fourth none.
  expect(alpha).toMatchObject({ count: 2, undefinedCount: 2 });
});
