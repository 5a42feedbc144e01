import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createCohort, freezeCohort } from '../../api/cohorts/cohorts.service.ts';
import { importDataset, type ImportReport } from '../../api/datasets/import/import-dataset.ts';
import { openBlobStore, type BlobStore } from '../../api/storage/blob-store.ts';
import { decodeLevels } from '../../api/storage/image-codec.ts';
import { decodeBinaryMask } from '../../api/storage/mask-codec.ts';
import { openStoreSource } from '../../api/storage/store-source.ts';
import { testDatabase, type TestDatabase } from '../helpers/database.ts';

const project = join(import.meta.dirname, '..', '..');
const shared = join(project, '..', 'shared', 'data');
const where = existsSync(shared) ? describe : describe.skip;
if (!existsSync(shared)) console.warn(`skipped: real data is not here (looked for ${shared})`);

let database: TestDatabase;
let blobs: BlobStore;

beforeAll(async () => {
  database = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder, s3: null }, database.pool);
});
afterAll(() => database.close());

const load = (name: string): Promise<ImportReport> =>
  importDataset({ pool: database.pool, blobs }, { path: join(project, 'examples', name) });

where('bu-bil-4', () => {
  test('the majority of the three experts is the published gold standard, pixel for pixel, in 61 of 61 images', async () => {
    const { datasetId, imagesAdded, annotationsAdded } = await load('bu-bil-4');
    expect([imagesAdded, annotationsAdded]).toEqual([61, 183]);
    const images = await database.prisma.image.findMany({
      where: { datasetId },
      include: { annotations: true },
    });
    let equal = 0;
    for (const { path, width, height, metadata, annotations } of images) {
      const masks = await Promise.all(
        annotations.map(async ({ sha256 }) => decodeBinaryMask(await blobs.get(sha256)).mask),
      );
      const gold = await decodeLevels(
        await readFile(join(shared, 'bu-bil-4', path.replace('RawImages/', 'GoldStandard/seg_'))),
      );
      const { maskWindowLeft: left, maskWindowTop: top } = metadata as {
        maskWindowLeft: number;
        maskWindowTop: number;
      };
      let differences = 0;
      // The whole frame: outside of the window no expert marked anything, so the majority is background there.
      for (let pixel = 0; pixel < gold.levels.length; pixel++) {
        const [x, y] = [(pixel % gold.width) - left, Math.floor(pixel / gold.width) - top];
        let votes = 0;
        if (x >= 0 && y >= 0 && x < width! && y < height!)
          for (const mask of masks) votes += mask[y * width! + x];
        if (votes >= 2 !== (gold.levels[pixel] === 0)) differences++;
      }
      if (differences === 0) equal++;
    }
    expect([equal, images.length]).toEqual([61, 61]);
  }, 120_000);
});

where('drishti-gs', () => {
  test('imports its crops: 101 images, its own split, four nested level sets, five graders', async () => {
    const { datasetId, ...report } = await load('drishti-gs');
    expect(report).toMatchObject({
      imagesAdded: 101,
      annotationsAdded: 101 * 2 * 4,
      diagnosesAdded: 101 * 6,
      skippedRows: 0,
    });
    const count = (split: 'train' | 'test') => database.prisma.image.count({ where: { datasetId, split } });
    expect([await count('train'), await count('test')]).toEqual([50, 51]);
    const positive = { image: { datasetId }, source: 'reference', value: 1 };
    expect(await database.prisma.diagnosis.count({ where: positive })).toBe(70);

    const cohort = await createCohort(
      { prisma: database.prisma, actor: 'tester' },
      { datasetId, name: 'all' },
    );
    const snapshot = await freezeCohort({ prisma: database.prisma, actor: 'tester' }, cohort.id);
    const source = await openStoreSource(
      { prisma: database.prisma, blobs },
      { snapshotId: snapshot.id, size: 64, split: 'test' },
    );
    expect([source.ids.length, source.raters.length, source.structures]).toEqual([51, 4, ['disc', 'cup']]);
    for (const sample of await source.read([0, 25, 50])) {
      for (let channel = 0; channel < 64 * 64; channel++) {
        for (const structure of [0, 1]) {
          const levels = [0, 1, 2, 3].map(
            (rater) => sample.raterMasks[(channel * 4 + rater) * 2 + structure],
          );
          expect(levels).toEqual([...levels].sort().reverse()); // a stricter level lies inside a milder one
        }
      }
    }
  }, 120_000);

  test('cuts full photographs to the disc much as the published crops are cut', async () => {
    // Ten of the 101, for time.
    const folder = await mkdtemp(join(tmpdir(), 'consilium-frames-'));
    const example = JSON.parse(
      await readFile(join(project, 'examples/drishti-gs-frames/manifest.json'), 'utf8'),
    ) as object;
    const table = await readFile(join(shared, 'drishti-gs/labels.csv'), 'utf8');
    await writeFile(join(folder, 'ten.csv'), table.split('\n').slice(0, 11).join('\n'));
    const root = relative(await realpath(folder), join(await realpath(shared), 'drishti-gs'));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...example, table: 'ten.csv', root }));
    const { datasetId } = await importDataset({ pool: database.pool, blobs }, { path: folder });
    const images = await database.prisma.image.findMany({ where: { datasetId } });
    expect(images).toHaveLength(10);
    // Side of 2.5 times the disc's box: the disc takes between a tenth and a quarter of a square crop.
    for (const { id, width, height } of images) {
      expect(width).toBe(height);
      const disc = await database.prisma.annotation.findFirstOrThrow({
        where: { imageId: id, rater: { name: 'at least 2 of 4' }, structure: { name: 'disc' } },
      });
      expect(disc.area / (width! * height!)).toBeGreaterThan(0.09);
      expect(disc.area / (width! * height!)).toBeLessThan(0.25);
    }
  }, 120_000);
});
