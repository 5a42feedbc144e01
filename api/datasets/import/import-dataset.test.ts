import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import {
  contents,
  folderOf,
  freshName,
  goodFolder,
  grey,
  picture,
  type Files,
} from '../../../tests/helpers/image-folder.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { decodeBinaryMask } from '../../storage/mask-codec.ts';
import { importDataset, type ImportRequest } from './import-dataset.ts';

let database: TestDatabase;
let blobs: BlobStore;

beforeAll(async () => {
  database = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder, s3: null }, database.pool);
});
afterAll(() => database.close());

const run = (path: string, request: Partial<ImportRequest> = {}) =>
  importDataset({ pool: database.pool, blobs, actor: 'tester' }, { path, ...request });

async function masksOf(dataset: string): Promise<Record<string, number[]>> {
  const annotations = await database.prisma.annotation.findMany({
    where: { current: true, image: { dataset: { name: dataset } } },
    include: { image: true, rater: true, structure: true },
  });
  const entries = annotations.map(async ({ image, rater, structure, sha256 }) => {
    const { mask } = decodeBinaryMask(await blobs.get(sha256));
    return [`${image.path} ${rater.name} ${structure.name}`, [...mask]] as [string, number[]];
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe('a good folder', () => {
  test('becomes images with masks, diagnoses and metadata', async () => {
    const { folder, name } = await goodFolder();
    const report = await run(folder);
    expect(report).toMatchObject({ imagesAdded: 2, annotationsAdded: 3, diagnosesAdded: 2, skipped: [] });
    const images = await database.prisma.image.findMany({
      where: { datasetId: report.datasetId },
      orderBy: { path: 'asc' },
      include: { diagnoses: true },
    });
    expect(
      images.map(({ path, subject, split, width, height, metadata }) => [
        path,
        subject,
        split,
        width,
        height,
        metadata,
      ]),
    ).toEqual([
      ['one.png', 'p1', 'train', 2, 2, { age: 61, site: 'north' }],
      ['two.png', 'p2', 'test', 2, 2, { site: '007' }],
    ]);
    expect(images.map((image) => image.diagnoses.map(({ source, value }) => [source, value]))).toEqual([
      [['reference', 1]],
      [['reference', 0]],
    ]);
    expect(await masksOf(name)).toEqual({
      'one.png a s': [1, 0, 0, 0],
      'one.png b s': [1, 1, 0, 0],
      'two.png a s': [0, 0, 0, 1],
    });
    // The picture is stored as it came, to the byte.
    expect(await blobs.get(images[0].sha256!)).toEqual(await readFile(join(folder, 'one.png')));
    expect(
      await database.prisma.auditEvent.count({ where: { subjectId: report.datasetId, actor: 'tester' } }),
    ).toBe(1);
  });

  test('imported twice changes nothing', async () => {
    const { folder } = await goodFolder();
    await run(folder);
    const before = await contents(database);
    expect(await run(folder)).toMatchObject({
      imagesAdded: 0,
      imagesUnchanged: 2,
      annotationsAdded: 0,
      annotationsChanged: 0,
    });
    expect(await contents(database)).toBe(before);
  });

  test('imported twice at once is stored once', async () => {
    const { folder, name } = await goodFolder();
    const reports = await Promise.all([run(folder), run(folder)]);
    expect(reports.map(({ imagesAdded }) => imagesAdded).sort()).toEqual([0, 2]);
    expect(await database.prisma.image.count({ where: { dataset: { name } } })).toBe(2);
  });

  test('with a changed mask and diagnosis gets new versions; the old ones stay', async () => {
    const { folder, name } = await goodFolder();
    await run(folder);
    await writeFile(join(folder, 'm/one-a.png'), await grey(2, 2, [0, 0, 255, 255]));
    const table = await readFile(join(folder, 'images.csv'), 'utf8');
    await writeFile(
      join(folder, 'images.csv'),
      table.replace('two.png,p2,test,0', 'two.png,p2,validation,1'),
    );
    expect(await run(folder)).toMatchObject({
      imagesUpdated: 1,
      imagesUnchanged: 1,
      annotationsChanged: 1,
      annotationsAdded: 0,
      diagnosesChanged: 1,
    });
    expect((await masksOf(name))['one.png a s']).toEqual([0, 0, 1, 1]);
    const versions = await database.prisma.annotation.findMany({
      where: { image: { dataset: { name }, path: 'one.png' }, rater: { name: 'a' } },
      orderBy: { version: 'asc' },
    });
    expect(versions.map(({ version, current, area }) => [version, current, area])).toEqual([
      [1, false, 1],
      [2, true, 2],
    ]);
  });

  test('is read from a lone manifest.csv, and reports its progress', async () => {
    const { folder } = await goodFolder();
    const alone = await folderOf({
      'manifest.csv': await readFile(join(folder, 'images.csv'), 'utf8'),
      ...Object.fromEntries(
        await Promise.all(
          ['one.png', 'two.png', 'm/one-a.png', 'm/one-b.png', 'm/two-a.png'].map(
            async (path) => [path, await readFile(join(folder, path))] as const,
          ),
        ),
      ),
    });
    const seen: string[] = [];
    const report = await run(alone, {
      onProgress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`),
    });
    expect(report.imagesAdded).toBe(2);
    expect(seen).toEqual(['reading 1/2', 'reading 2/2', 'storing 2/2']);
  });

  test('stops at an abort and leaves the database as it was', async () => {
    const { folder } = await goodFolder();
    const before = await contents(database);
    const controller = new AbortController();
    const stopped = run(folder, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(await contents(database)).toBe(before);
  });
});

describe('what a manifest may declare', () => {
  const declared = async (settings: object, files: Files) => {
    const name = freshName();
    const images = [{ path: 'i.png', split: 'train' }];
    return { name, folder: await folderOf({ 'manifest.json': { name, images, ...settings }, ...files }) };
  };

  test('the object is the value 0', async () => {
    const settings = {
      structures: ['cell'],
      raters: ['a'],
      masks: { path: '{rater}.png', object: { equals: 0 } },
    };
    const { folder, name } = await declared(settings, {
      'i.png': await picture(1),
      'a.png': await grey(2, 2, [0, 255, 255, 0]),
    });
    await run(folder);
    expect(await masksOf(name)).toEqual({ 'i.png a cell': [1, 0, 0, 1] });
  });

  test('vote counts become annotators of rising strictness, marked as levels', async () => {
    const settings = { structures: ['cup'], masks: { path: 'votes_{structure}.png', votes: 3 } };
    const { folder, name } = await declared(settings, {
      'i.png': await picture(1),
      'votes_cup.png': await grey(2, 2, [0, 1, 2, 3]),
    });
    await run(folder);
    expect(await masksOf(name)).toEqual({
      'i.png at least 1 of 3 cup': [0, 1, 1, 1],
      'i.png at least 2 of 3 cup': [0, 0, 1, 1],
      'i.png at least 3 of 3 cup': [0, 0, 0, 1],
    });
    const raters = await database.prisma.rater.findMany({ where: { dataset: { name } } });
    expect(raters.every(({ kind }) => kind === 'level')).toBe(true);
  });

  test('a crop to the box of a structure with a margin', async () => {
    // 5×4, object at (2,1) alone: a margin of one pixel gives the 3×3 around it
    const mask = Array.from({ length: 20 }, (_, i) => (i === 7 ? 255 : 0));
    const shades = Array.from({ length: 20 }, (_, i) => i);
    const settings = {
      structures: ['s'],
      raters: ['a'],
      masks: { path: '{rater}.png' },
      crop: { structure: 's', margin: 1 },
    };
    const { folder, name } = await declared(settings, {
      'i.png': await grey(5, 4, shades),
      'a.png': await grey(5, 4, mask),
    });
    await run(folder);
    const image = await database.prisma.image.findFirstOrThrow({ where: { dataset: { name } } });
    expect([image.width, image.height, image.metadata]).toEqual([3, 3, { cropLeft: 1, cropTop: 0 }]);
    const pixels = await sharp(await blobs.get(image.sha256!))
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    expect([...pixels]).toEqual([1, 2, 3, 6, 7, 8, 11, 12, 13]);
    expect(await masksOf(name)).toEqual({ 'i.png a s': [0, 0, 0, 0, 1, 0, 0, 0, 0] });
  });

  test('masks of another size are resampled, or cut to a window around what was marked', async () => {
    const mask = await grey(4, 4, [0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0, 0, 0]);
    const settings = { structures: ['s'], raters: ['a'] };
    const files = { 'i.png': await picture(1), 'a.png': mask };
    const window = await declared({ ...settings, masks: { path: 'a.png', fit: 'window' } }, files);
    await run(window.folder);
    expect(await masksOf(window.name)).toEqual({ 'i.png a s': [1, 0, 1, 1] });
    const resampled = await declared({ ...settings, masks: { path: 'a.png', fit: 'resample' } }, files);
    await run(resampled.folder);
    // quarters hold 0, 1, 0 and 2 of 4 pixels: half is object
    expect(await masksOf(resampled.name)).toEqual({ 'i.png a s': [0, 0, 0, 1] });
  });

  test('templates, words for splits and diagnoses, further sources, raters of known informativeness', async () => {
    const name = freshName();
    const manifest = {
      name,
      table: 't.csv',
      path: 'img/{id}.png',
      subject: 'patient {id}',
      split: '{fold}',
      splits: { A: 'train', B: 'validation' },
      diagnosis: '{dx}',
      diagnosisValues: { benign: 0, malignant: 1 },
      otherDiagnoses: { 'grader 1': '{g1}' },
      structures: ['s'],
      raters: [{ name: 'a', informativeness: 0.25 }],
      masks: { path: 'm/{id}.png', missing: 'skip' },
    };
    const table = 'id,fold,dx,g1\n1,A,malignant,benign\n2,B,,malignant\n';
    const files = {
      'img/1.png': await picture(1),
      'img/2.png': await picture(2),
      'm/1.png': await picture(255),
    };
    const report = await run(await folderOf({ 'manifest.json': manifest, 't.csv': table, ...files }));
    expect(report).toMatchObject({ imagesAdded: 2, annotationsAdded: 1, diagnosesAdded: 3 });
    const second = await database.prisma.image.findFirstOrThrow({
      where: { datasetId: report.datasetId, subject: 'patient 2' },
      include: { diagnoses: true },
    });
    expect(second.split).toBe('validation');
    expect(second.diagnoses.map(({ source, value }) => [source, value])).toEqual([['grader 1', 1]]);
    expect(await database.prisma.rater.findFirstOrThrow({ where: { dataset: { name } } })).toMatchObject({
      informativeness: 0.25,
    });
  });
});
