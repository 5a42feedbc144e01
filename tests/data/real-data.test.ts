import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createCohort, freezeCohort } from '../../api/cohorts/cohorts.service.ts';
import { importDataset, type ImportReport } from '../../api/datasets/import/import-dataset.ts';
import { decodeLevels } from '../../api/storage/levels.ts';
import { decodeSoftMask } from '../../api/storage/mask-codec.ts';
import { fuseLabels } from '../../api/fusions/fusions.service.ts';
import { openStoreSource } from '../../api/storage/store-source.ts';
import { startWorker } from '../../api/worker/start-worker.ts';
import { succeeded } from '../helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../helpers/job-context.ts';

const project = join(import.meta.dirname, '..', '..');
const shared = join(project, '..', 'shared', 'data');
const where = existsSync(shared) ? describe : describe.skip;
if (!existsSync(shared)) console.warn(`skipped: real data is not here (looked for ${shared})`);

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

const load = (name: string): Promise<ImportReport> =>
  importDataset(context, { path: join(project, 'examples', name) });

async function frozen(datasetId: string): Promise<string> {
  const cohort = await createCohort(context, { datasetId, name: 'all' });
  return (await freezeCohort(context, cohort.id)).id;
}

where('bu-bil-4', () => {
  test('the majority vote, at its default settings, is the published gold standard, pixel for pixel, in 61 of 61 images', async () => {
    const { datasetId, imagesAdded, annotationsAdded } = await load('bu-bil-4');
    expect([imagesAdded, annotationsAdded]).toEqual([61, 183]);
    const worker = await startWorker(context);
    const snapshotId = await frozen(datasetId);
    const { id } = await succeeded(context, fuseLabels(context, { snapshotId, method: 'majority-vote' }));
    await worker.close();
    const masks = await context.prisma.fusedMask.findMany({
      where: { fusionId: id },
      include: { image: true },
    });
    let equal = 0;
    for (const { image, sha256 } of masks) {
      const { mask, width, height } = await decodeSoftMask(await context.blobs.get(sha256));
      expect([width, height]).toEqual([image.width, image.height]);
      const gold = await decodeLevels(
        await readFile(join(shared, 'bu-bil-4', image.path.replace('RawImages/', 'GoldStandard/seg_'))),
      );
      const { maskWindowLeft: left, maskWindowTop: top } = image.metadata as {
        maskWindowLeft: number;
        maskWindowTop: number;
      };
      let differences = 0;
      // The whole frame: outside of the window no expert marked anything, so the majority is background there.
      for (let pixel = 0; pixel < gold.levels.length; pixel++) {
        const [x, y] = [(pixel % gold.width) - left, Math.floor(pixel / gold.width) - top];
        const inside = x >= 0 && y >= 0 && x < width && y < height;
        const object = inside && mask[y * width + x] > 0.5;
        if (object !== (gold.levels[pixel] === 0)) differences++;
      }
      if (differences === 0) equal++;
    }
    expect([equal, masks.length]).toEqual([61, 61]);
  }, 240_000);
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
    const count = (split: 'train' | 'test') => context.prisma.image.count({ where: { datasetId, split } });
    expect([await count('train'), await count('test')]).toEqual([50, 51]);
    const positive = { image: { datasetId }, source: 'reference', value: 1 };
    expect(await context.prisma.diagnosis.count({ where: positive })).toBe(70);

    const snapshotId = await frozen(datasetId);
    const source = await openStoreSource(context, { snapshotId, size: 64, split: 'test' });
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
    const { datasetId } = await importDataset(context, { path: folder });
    const images = await context.prisma.image.findMany({ where: { datasetId } });
    expect(images).toHaveLength(10);
    // Side of 2.5 times the disc's box: the disc takes between a tenth and a quarter of a square crop.
    for (const { id, width, height } of images) {
      expect(width).toBe(height);
      const disc = await context.prisma.annotation.findFirstOrThrow({
        where: { imageId: id, rater: { name: 'at least 2 of 4' }, structure: { name: 'disc' } },
      });
      expect(disc.area / (width! * height!)).toBeGreaterThan(0.09);
      expect(disc.area / (width! * height!)).toBeLessThan(0.25);
    }
  }, 120_000);
});
