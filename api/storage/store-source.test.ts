import { goodFolder, grey } from '../../tests/helpers/image-folder.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { phantoms } from '../../ml/data/index.ts';
import { sampleOf } from '../../ml/data/phantom-source.ts';
import { createCohort, freezeCohort } from '../cohorts/cohorts.service.ts';
import { importDataset } from '../datasets/import/import-dataset.ts';
import { openStoreSource } from './store-source.ts';

let context: TestJobContext;
let tiny: TinyDataset;
const counts = { train: 4, validation: 0, test: 2 };

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs, counts);
}, 60_000);
afterAll(() => context.close());

const open = (options = {}) =>
  openStoreSource(context, { snapshotId: tiny.snapshotId, size: 32, ...options });

test('samples come back from the store as they were made, in any order asked for', async () => {
  const phantom = phantoms.get('fundus').create({ seed: 1, config: { size: 32, ...counts } });
  const source = await open();
  expect(source).toMatchObject({ height: 32, width: 32, structures: phantom.structures });
  expect(source.ids).toHaveLength(6);
  expect(source.subjects).toEqual(source.ids.map((_, index) => phantom.label(index).subject));
  for (const [index, sample] of [
    [3, (await source.read([3, 0]))[0]],
    [0, (await source.read([3, 0]))[1]],
  ] as const) {
    const made = sampleOf(phantom.case(index));
    const { vanished, pixelSize, ...read } = sample;
    expect({ ...read, id: made.id }).toEqual({ ...made, fused: undefined });
    expect([...(vanished ?? [])]).not.toContain(1);
    expect(pixelSize).toEqual([1, 1]);
  }
});

test('a split holds its own images only', async () => {
  const [train, test] = [await open({ split: 'train' }), await open({ split: ['test', 'validation'] })];
  expect([train.ids.length, test.ids.length]).toEqual([4, 2]);
  expect(train.imageIds.some((id) => test.imageIds.includes(id))).toBe(false);
});

test('masks at another size are area averages, made binary at one half', async () => {
  const [small] = await (await open({ size: 16 })).read([0]);
  const [full] = await (await open()).read([0]);
  const sum = (mask: Uint8Array | undefined) => mask?.reduce((total, value) => total + value, 0) ?? 0;
  expect(small?.raterMasks).toHaveLength(16 * 16 * 7 * 2);
  expect(sum(small?.raterMasks) * 4).toBeGreaterThan(0.85 * sum(full?.raterMasks));
  expect(sum(small?.raterMasks) * 4).toBeLessThan(1.15 * sum(full?.raterMasks));
});

test('images of different shapes are fitted into one square by one factor, with their masks', async () => {
  const wide = (values: (x: number) => number) =>
    grey(
      8,
      4,
      Array.from({ length: 32 }, (_, pixel) => values(pixel % 8)),
    );
  const { folder } = await goodFolder({
    'two.png': await wide((x) => 10 * x),
    'm/two-a.png': await wide((x) => (x < 4 ? 255 : 0)),
  });
  const { datasetId } = await importDataset(context, { path: folder });
  const cohort = await createCohort(context, { datasetId, name: 'two sizes' });
  const { id: snapshotId } = await freezeCohort(context, cohort.id);
  const source = await open({ snapshotId, size: 4 });
  const samples = await source.read([0, 1]);
  expect(samples.map(({ image }) => image.length)).toEqual([48, 48]);
  // 8×4 becomes 4×2, in the middle. Rater a has the left half, rater b has not seen this image.
  expect(source.frameOf('two.png')).toEqual({ side: 4, left: 0, top: 1, width: 4, height: 2 });
  const a = samples[1].raterMasks.filter((_, i) => i % 2 === 0); // [h, w, n]
  expect([...a]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect([...samples[1].annotated]).toEqual([1, 0]);
  // Grey 10·x: columns of two, means 5, 25, 45, 65; nothing above and below the image.
  const red = samples[1].image.filter((_, i) => i % 3 === 0);
  // sharp's filter reaches half a pixel further: a level or so from the mean.
  const row = [5, 25, 45, 65];
  [0, 0, 0, 0, ...row, ...row, 0, 0, 0, 0].forEach((level, i) => expect(red[i]).toBeCloseTo(level / 255, 2));
  expect(samples[1].pixelSize).toEqual([2, 2]);
});

test('an image without its fused mask is an error that names it, not an empty mask', async () => {
  const source = await open({ fusionId: '00000000-0000-7000-8000-000000000000' });
  await expect(source.read([0])).rejects.toThrow(/has 0 of 2 soft masks/);
});

test('a sample that is not there is an error', async () => {
  await expect((await open()).read([6])).rejects.toThrow(/no sample 6: the source has 6/);
});
