import { execFileSync } from 'node:child_process';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import { greyProfile, pngFile, tiffFile } from '../../../tests/helpers/image-files.ts';
import { folderOf, freshName, grey, picture, type Files } from '../../../tests/helpers/image-folder.ts';
import { describeProblem, type Problem } from '../../../ml/data/readers/problem.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { decodeImage } from '../../storage/image-codec.ts';
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
  importDataset({ pool: database.pool, blobs }, { path, ...request });

const problemsOf = async (path: string, request: Partial<ImportRequest> = {}): Promise<string[]> => {
  const error: unknown = await run(path, request).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ extensions: { code: 'BAD_MANIFEST' } });
  return (error as { extensions: { problems: Problem[] } }).extensions.problems.map(describeProblem);
};

const masks = { path: 'm.png' };
const manifestOf = (settings: object, images: object[] = [{ path: 'i.png' }]) => ({
  ...{ name: freshName(), raters: ['a'], structures: ['s'], split: 'test', masks, images },
  ...settings,
});

/** Area of each mask, by rater and structure, after an import of one image. */
async function areasOf(settings: object, files: Files) {
  const manifest = manifestOf(settings);
  const all = { 'manifest.json': manifest, 'i.png': await picture(1), ...files };
  const { warnings } = await run(await folderOf(all));
  const rows = await database.prisma.annotation.findMany({
    where: { image: { dataset: { name: manifest.name } } },
    include: { rater: true, structure: true },
  });
  const areas = Object.fromEntries(rows.map((row) => [`${row.rater.name} ${row.structure.name}`, row.area]));
  return { areas, warnings: warnings.map(({ message }) => message) };
}

describe('masks', () => {
  const values = [0, 1, 2, 3];

  test('with a colour profile: values and votes are those of the file', async () => {
    const mask = pngFile({ width: 2, height: 2, samples: values, chunks: [greyProfile(2.2)] });
    expect((await areasOf({}, { 'm.png': mask })).areas).toEqual({ 'a s': 3 });
    const votes = { raters: undefined, masks: { path: 'm.png', votes: 3 } };
    expect((await areasOf(votes, { 'm.png': mask })).areas).toEqual({
      'at least 1 of 3 s': 3,
      'at least 2 of 3 s': 2,
      'at least 3 of 3 s': 1,
    });
  });

  test('of two structures in one file, by lists and ranges', async () => {
    const refuge = await grey(2, 2, [0, 128, 255, 255]);
    const object = { disc: { equals: [0, 128] }, cup: { equals: 0 } };
    const settings = { structures: ['disc', 'cup'], masks: { path: 'm.png', object } };
    const { areas, warnings } = await areasOf(settings, { 'm.png': refuge });
    expect([areas, warnings]).toEqual([{ 'a disc': 2, 'a cup': 1 }, []]);
    const labels = { disc: { atLeast: 1, atMost: 2 }, cup: { equals: 2 } };
    expect(
      (
        await areasOf(
          { ...settings, masks: { path: 'm.png', object: labels } },
          { 'm.png': await grey(2, 2, values) },
        )
      ).areas,
    ).toEqual({ 'a disc': 2, 'a cup': 1 });
  });

  test('of shares: only with a declared rule', async () => {
    const mask = tiffFile({ width: 2, height: 2, samples: Float32Array.of(0, 0.5, 0.9, 1) });
    const files = { 'i.png': await picture(1), 'm.png': mask };
    expect(await problemsOf(await folderOf({ 'manifest.json': manifestOf({}), ...files }))).toEqual([
      `m.png, row 1, mask:a:s: holds 0.5: 'masks.object' in a manifest says which values are the object, for example {"atLeast": 0.5}`,
    ]);
    const declared = { masks: { path: 'm.png', object: { atLeast: 0.5 } } };
    expect((await areasOf(declared, files)).areas).toEqual({ 'a s': 3 });
  });

  test('of signed numbers: without a rule only where none is below 0', async () => {
    const mask = (first: number) => tiffFile({ width: 2, height: 2, samples: Int16Array.of(first, 0, 1, 1) });
    expect((await areasOf({}, { 'm.png': mask(0) })).areas).toEqual({ 'a s': 2 });
    const negative = { 'manifest.json': manifestOf({}), 'i.png': await picture(1), 'm.png': mask(-1) };
    expect((await problemsOf(await folderOf(negative)))[0]).toMatch(/m\.png, row 1, mask:a:s: holds -1:/);
  });

  test('of 32 bits: the label 300', async () => {
    const mask = tiffFile({ width: 2, height: 2, samples: Uint32Array.of(0, 300, 300, 70000) });
    const declared = { masks: { path: 'm.png', object: { equals: 300 } } };
    expect((await areasOf(declared, { 'm.png': mask })).areas).toEqual({ 'a s': 2 });
  });

  test('of two bits are refused where a rule asks for what they cannot hold', async () => {
    const mask = pngFile({ width: 2, height: 2, depth: 2, samples: values });
    const declared = manifestOf({ masks: { path: 'm.png', object: { atLeast: 128 } } });
    const files = { 'manifest.json': declared, 'i.png': await picture(1), 'm.png': mask };
    expect(await problemsOf(await folderOf(files))).toEqual([
      "m.png, row 1, mask:a:s: its values go from 0 to 3: none is the object (at least 128), see 'masks.object' in a manifest",
    ]);
  });

  test('of votes that are no counts are refused', async () => {
    const mask = tiffFile({ width: 2, height: 2, samples: Float32Array.of(0, 0.5, 1, 2) });
    const votes = manifestOf({ raters: undefined, masks: { path: 'm.png', votes: 2 } });
    const files = { 'manifest.json': votes, 'i.png': await picture(1), 'm.png': mask };
    expect(await problemsOf(await folderOf(files))).toEqual([
      'm.png, row 1, masks:s: holds the value 0.5: counts go from 0 to 2',
    ]);
  });

  const white = (value: number) =>
    sharp({ create: { width: 2, height: 2, channels: 3, background: { r: value, g: value, b: value } } });
  test.each([
    ['no pixel', () => grey(2, 2, [0, 0, 0, 0]), ['no pixel is the object']],
    ['every pixel', () => grey(2, 2, [1, 1, 1, 1]), ['every pixel is the object']],
    [
      'more than two values',
      () => grey(2, 2, values),
      ['holds more than two values (0, 1, 2, 3): all but 0 are the object'],
    ],
    ['two values', () => grey(2, 2, [0, 7, 7, 0]), []],
    [
      'JPEG',
      () => white(255).jpeg().toBuffer(),
      [
        "compression with loss (JPEG) has changed its numbers near edges: see 'masks.object' in a manifest",
        'every pixel is the object',
      ],
    ],
  ])('are warned of: %s', async (_, mask, expected) => {
    expect((await areasOf({}, { 'm.png': await mask() })).warnings).toEqual(expected);
  });

  test('a vote map is warned of where nobody, or everybody, marked every pixel', async () => {
    const votes = { raters: undefined, masks: { path: 'm.png', votes: 2 } };
    const warned = async (counts: number[]) =>
      (await areasOf(votes, { 'm.png': await grey(2, 2, counts) })).warnings;
    expect(await warned([0, 0, 1, 1])).toEqual([]);
    expect(await warned([0, 0, 0, 0])).toEqual(['no pixel is the object']);
    expect(await warned([2, 2, 2, 2])).toEqual(['every pixel is the object']);
  });

  test('one file of two raters is warned of', async () => {
    const settings = { raters: ['a', 'b'] };
    const { warnings } = await areasOf(settings, { 'm.png': await grey(2, 2, [0, 1, 1, 1]) });
    expect(warnings).toEqual(["rater 'b' has the same file as 'a'"]);
  });
});

describe('images', () => {
  const mask = () => grey(2, 1, [0, 1]);

  test('with a range are stored as 16 bits, and the range with them', async () => {
    const name = freshName();
    const image = tiffFile({ width: 2, height: 1, samples: Float32Array.of(100, 500) });
    const manifest = manifestOf({ name, range: [0, 1000] });
    await run(await folderOf({ 'manifest.json': manifest, 'i.png': image, 'm.png': await mask() }));
    const stored = await database.prisma.image.findFirstOrThrow({
      where: { dataset: { name } },
      include: { blob: true },
    });
    expect(stored.metadata).toEqual({ rangeBlack: 0, rangeWhite: 1000 });
    expect(stored.blob!.mediaType).toBe('image/png');
    const { rgb } = await decodeImage(await blobs.get(stored.sha256!));
    expect([...rgb].map((value) => Number(value.toFixed(4)))).toEqual([0.1, 0.1, 0.1, 0.5, 0.5, 0.5]);
  });

  test('of floats without a range are refused', async () => {
    const image = tiffFile({ width: 2, height: 1, samples: Float32Array.of(0, 1) });
    const files = { 'manifest.json': manifestOf({}), 'i.png': image, 'm.png': await mask() };
    expect((await problemsOf(await folderOf(files)))[0]).toMatch(
      /^i\.png, row 1, path: it has 32-bit float samples: 'range'/,
    );
  });

  test('of 16 bits that are nearly black are warned of', async () => {
    const image = pngFile({ width: 2, height: 1, depth: 16, samples: [0, 4095] });
    const { warnings } = await areasOf({}, { 'i.png': image, 'm.png': await mask() });
    expect(warnings).toEqual([
      expect.stringMatching(/^its brightest value is 4095 of 65535, so it is nearly black: 'range'/),
    ]);
    const ranged = await areasOf({ range: [0, 4095] }, { 'i.png': image, 'm.png': await mask() });
    expect(ranged.warnings).toEqual([]);
  });
});

describe('one file is one image, and one picture is in one split:', () => {
  const header = 'path,split,mask:a:s';
  const tableOf = async (rows: string[], settings: object, more: Files = {}) => {
    const manifest = { name: freshName(), table: 't.csv', ...settings };
    const files = {
      'a/1.png': await picture(1),
      'a/2.png': await picture(2),
      'm.png': await grey(2, 2, [0, 1, 1, 0]),
    };
    return folderOf({ 'manifest.json': manifest, 't.csv': [header, ...rows].join('\n'), ...files, ...more });
  };

  test('other spellings of a path', async () => {
    const rows = [
      'a/1.png,train,m.png',
      './a/1.png,test,m.png',
      'a//1.png,test,m.png',
      'a\\1.png,validation,m.png',
    ];
    const same = 'row 1 has the same path';
    const folder = await tableOf(rows, {});
    expect(await problemsOf(folder)).toEqual([2, 3, 4].map((row) => `a/1.png, row ${row}, path: ${same}`));
    expect(await run(folder, { skipBad: true })).toMatchObject({ imagesAdded: 1, skippedRows: 3 });
  });

  test('composed and decomposed letters', async () => {
    const rows = ['Jose\u0301.png,train,m.png', 'Jos\u00e9.png,test,m.png'];
    const folder = await tableOf(rows, {}, { 'Jose\u0301.png': await picture(3) });
    expect(await problemsOf(folder)).toEqual(['Jos\u00e9.png, row 2, path: row 1 has the same path']);
  });

  test('a link beside its file', async () => {
    const rows = ['a/1.png,train,m.png', 'link.png,train,m.png'];
    const folder = await tableOf(rows, {});
    await symlink('a/1.png', join(folder, 'link.png'));
    expect(await problemsOf(folder)).toEqual(['link.png, row 2, path: row 1 names the same file']);
    const allowed = await tableOf(rows, { duplicates: 'allow' });
    await symlink('a/1.png', join(allowed, 'link.png'));
    const { imagesAdded, warnings } = await run(allowed);
    expect([imagesAdded, warnings.map(describeProblem)]).toEqual([
      2,
      ['link.png, row 2, path: row 1 names the same file'],
    ]);
  });

  test('a copy in another split, also in another format', async () => {
    const copy = await sharp(await picture(1))
      .tiff({ compression: 'lzw' })
      .toBuffer();
    const rows = ['a/1.png,train,m.png', 'a/2.png,train,m.png', 'copy.tif,test,m.png'];
    const same = "copy.tif, row 3, path: the same picture is in 'train' (row 1) and in 'test'";
    const folder = await tableOf(rows, {}, { 'copy.tif': copy });
    expect(await problemsOf(folder)).toEqual([
      `${same}: it would leak; 'duplicates' in the settings allows it`,
    ]);
    const allowed = await run(await tableOf(rows, { duplicates: 'allow' }, { 'copy.tif': copy }));
    expect([allowed.imagesAdded, allowed.warnings.map(describeProblem)]).toEqual([3, [same]]);
  });

  test('a copy in the same split is warned of', async () => {
    const rows = ['a/1.png,train,m.png', 'copy.png,train,m.png'];
    const { imagesAdded, warnings } = await run(await tableOf(rows, {}, { 'copy.png': await picture(1) }));
    expect([imagesAdded, warnings.map(describeProblem)]).toEqual([
      2,
      ['copy.png, row 2, path: the same picture as in row 1'],
    ]);
  });
});

test('a pipe in place of an image or a mask is refused, and nobody waits for it', async () => {
  const images = [{ path: 'pipe.png' }, { path: 'i.png' }];
  const folder = await folderOf({
    'manifest.json': manifestOf({ masks: { path: 'm.pipe' } }, images),
    'i.png': await picture(1),
  });
  for (const name of ['pipe.png', 'm.pipe']) execFileSync('mkfifo', [join(folder, name)]);
  expect(await problemsOf(folder)).toEqual([
    "pipe.png, row 1, path: 'pipe.png' is no file",
    "m.pipe, row 1, mask:a:s: 'm.pipe' is no file",
    "m.pipe, row 2, mask:a:s: 'm.pipe' is no file",
  ]);
  await writeFile(join(folder, 'manifest.csv'), '');
  execFileSync('rm', [join(folder, 'manifest.json')]);
  execFileSync('mkfifo', [join(folder, 'manifest.json')]);
  expect(await problemsOf(folder)).toEqual([expect.stringMatching(/manifest\.json, manifest: is no file$/)]);
});

test('numbers as pandas and R write them are numbers of the store', async () => {
  const scores = ['0.30000000000000004', '1e-05', '.75', '007', 'NaN', ''];
  const rows = scores.map((score, i) => `${i}.png,test,${score},m.png`);
  const pictures = await Promise.all(scores.map(async (_, i) => [`${i}.png`, await picture(i)] as const));
  const table = ['path,split,score,mask:a:s', ...rows].join('\n');
  const files = {
    'manifest.csv': table,
    ...Object.fromEntries(pictures),
    'm.png': await grey(2, 2, [0, 1, 1, 0]),
  };
  const { datasetId } = await run(await folderOf(files));
  const images = await database.prisma.image.findMany({ where: { datasetId }, orderBy: { path: 'asc' } });
  expect(images.map(({ metadata }) => (metadata as { score?: unknown }).score)).toEqual([
    ...[0.30000000000000004, 0.00001, 0.75, '007', undefined, undefined],
  ]);
});

describe('the size of a pixel', () => {
  const spacingOf = async (settings: object, files: Files) => {
    const name = freshName();
    await run(
      await folderOf({
        'manifest.json': manifestOf({ name, ...settings }),
        'm.png': await grey(3, 2, [1, 0, 0, 0, 0, 0]),
        ...files,
      }),
    );
    const { spacingY, spacingX } = await database.prisma.image.findFirstOrThrow({
      where: { dataset: { name } },
    });
    return [spacingY, spacingX];
  };
  const image = () => sharp(Buffer.alloc(6), { raw: { width: 3, height: 2, channels: 1 } });

  test('comes from the manifest, and is unknown where nothing says it', async () => {
    const files = { 'i.png': await image().png().toBuffer() };
    expect(await spacingOf({}, files)).toEqual([null, null]);
    expect(await spacingOf({ spacing: [0.5, 0.25] }, files)).toEqual([0.5, 0.25]);
  });

  test('comes from the image files where the manifest says that they state it', async () => {
    // libvips counts pixels a millimetre: 4 across, 2 down.
    const tiff = await image().tiff({ xres: 4, yres: 2, resolutionUnit: 'cm' }).toBuffer();
    expect(await spacingOf({ spacing: 'files' }, { 'i.png': tiff })).toEqual([0.5, 0.25]);
    const folder = await folderOf({
      'manifest.json': manifestOf({ spacing: 'files' }),
      'i.png': await image().jpeg().toBuffer(),
      'm.png': await grey(3, 2, [1, 0, 0, 0, 0, 0]),
    });
    expect(await problemsOf(folder)).toEqual([expect.stringMatching(/does not state the size of a pixel/)]);
  });
});
