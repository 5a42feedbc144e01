import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import { contents, folderOf, goodFolder, grey, picture } from '../../../tests/helpers/image-folder.ts';
import type { Problem } from '../../../ml/data/readers/problem.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
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

async function problemsOf(folder: string, request: Partial<ImportRequest> = {}): Promise<Problem[]> {
  const before = await contents(database);
  const error: unknown = await run(folder, request).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ extensions: { code: 'BAD_MANIFEST' } });
  expect(await contents(database)).toBe(before); // all or nothing
  return (error as { extensions: { problems: Problem[] } }).extensions.problems;
}

describe('a bad row is refused with file, row and field, and nothing is stored:', () => {
  const header = 'path,subject,split,diagnosis,mask:a:s';
  const cases: [string, string, Partial<Problem>, RegExp][] = [
    ['missing file', 'no.png,p,train,1,m.png', { file: 'no.png', row: 2, field: 'path' }, /no file/],
    ['not an image', 'text.png,p,train,1,m.png', { file: 'text.png', field: 'path' }, /not an image/],
    ['half an image', 'half.png,p,train,1,m.png', { file: 'half.png', field: 'path' }, /damaged/],
    ['mask of another size', 'two.png,p,train,1,big.png', { file: 'big.png', field: 'mask:a:s' }, /3×2.*2×2/],
    ['mask with colours', 'two.png,p,train,1,red.png', { file: 'red.png', field: 'mask:a:s' }, /colours/],
    [
      'unknown split',
      'two.png,p,holdout,1,m.png',
      { file: 'two.png', field: 'split' },
      /'holdout'.*train, validation, test/,
    ],
    ['undeclared diagnosis', 'two.png,p,train,2,m.png', { field: 'diagnosis' }, /'2' is none of/],
    ['path outside the folder', '../one.png,p,train,1,m.png', { field: 'path' }, /outside/],
    ['absolute path', '/etc/hostname,p,train,1,m.png', { field: 'path' }, /outside/],
    ['link out of the folder', 'link.png,p,train,1,m.png', { field: 'path' }, /outside/],
    [
      'mask outside the folder',
      'two.png,p,train,1,../m.png',
      { file: '../m.png', field: 'mask:a:s' },
      /outside/,
    ],
    ['a folder instead of a file', 'dir,p,train,1,m.png', { field: 'path' }, /is a folder/],
    ['the same path twice', 'one.png,p,train,1,m.png', { field: 'path' }, /row 1 has the same path/],
    [
      'a subject in two splits',
      'two.png,p1,test,1,m.png',
      { field: 'split' },
      /'p1' is in 'train' \(row 1\) and in 'test'/,
    ],
    ['empty path', ',p,train,1,m.png', { field: 'path' }, /empty/],
  ];
  const folderWith = async (row: string) => {
    const folder = await folderOf({
      'manifest.csv': `${header}\none.png,p1,train,1,m.png\n${row}\n`,
      'one.png': await picture(1),
      'two.png': await picture(2),
      'm.png': await picture(255),
      'text.png': 'hello',
      'half.png': (
        await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
          .png({ compressionLevel: 0 })
          .toBuffer()
      ).subarray(0, 3000),
      'big.png': await grey(3, 2, [0, 0, 0, 0, 0, 0]),
      'red.png': await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
      'dir/file': '',
    });
    await symlink('/etc/hostname', join(folder, 'link.png'));
    return folder;
  };

  test.each(cases)('%s', async (_, row, where, message) => {
    const folder = await folderWith(row);
    const [problem, ...more] = await problemsOf(folder);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ row: 2, ...where });
    expect(problem.message).toMatch(message);
    const skipped = await run(folder, { skipBad: true });
    // libvips words the same damage differently from one reading to the next.
    const same = { ...problem, message: expect.stringMatching(message) as string };
    expect(skipped).toMatchObject({ imagesAdded: 1, skippedRows: 1, skipped: [same] });
  });

  test('two masks for the same rater and structure', async () => {
    const masks = [
      { rater: 'a', structure: 's', path: 'm.png' },
      { rater: 'a', structure: 's', path: 'm.png' },
    ];
    const images = [{ path: 'one.png', split: 'train', masks }];
    const files = { 'one.png': await picture(1), 'm.png': await picture(1) };
    const [problem] = await problemsOf(await folderOf({ 'manifest.json': { name: 'x', images }, ...files }));
    expect(problem).toMatchObject({ file: 'one.png', row: 1, field: 'masks.1' });
    expect(problem.message).toMatch(/two masks of rater 'a' for structure 's'/);
    const twice = await folderOf({
      'manifest.csv': 'path,split,mask:a:s,mask:a:s\none.png,train,m.png,m.png',
      ...files,
    });
    expect((await problemsOf(twice))[0]).toMatchObject({ field: 'mask:a:s' });
  });

  test('a count above the declared votes', async () => {
    const manifest = {
      name: 'v',
      structures: ['s'],
      images: [{ path: 'one.png', split: 'train' }],
      masks: { path: 'v.png', votes: 2 },
    };
    const files = { 'one.png': await picture(1), 'v.png': await grey(2, 2, [0, 1, 2, 3]) };
    const [problem] = await problemsOf(await folderOf({ 'manifest.json': manifest, ...files }));
    expect(problem).toMatchObject({ file: 'v.png', row: 1 });
    expect(problem.message).toMatch(/holds the value 3/);
  });

  test('other pixels under a known path', async () => {
    const { folder } = await goodFolder();
    await run(folder);
    await writeFile(join(folder, 'one.png'), await picture(99));
    expect((await problemsOf(folder))[0]).toMatchObject({ file: 'one.png', row: 1, field: 'path' });
    expect(await run(folder, { skipBad: true })).toMatchObject({ skippedRows: 1, imagesUnchanged: 1 });
  });

  test.each([
    [{ name: 'x' }, /exactly one of/],
    [{ name: 'x', images: [], colour: 'red' }, /colour/],
    [{ images: [] }, /name/],
    [{ name: 'x', images: [], structures: ['s'], raters: ['a'] }, /no rows/],
    [{ name: 'x', table: '../t.csv' }, /leaves the folder/],
    [{ name: 'x', root: '/etc', images: [] }, /relative/],
  ])('manifest %j', async (manifest, message) => {
    const problems = await problemsOf(await folderOf({ 'manifest.json': manifest }));
    expect(problems.map((problem) => `${problem.field}: ${problem.message}`).join('\n')).toMatch(message);
  });

  test('a folder without a manifest, and a manifest that is no JSON', async () => {
    expect((await problemsOf(await folderOf({ 'a.txt': '' })))[0].message).toMatch(
      /no known format: expected one of manifest .*manifest.json or manifest.csv/,
    );
    expect((await problemsOf(await folderOf({ 'manifest.json': '{' })))[0].message).toMatch(/not JSON/);
  });
});

test('a row with too few or too many cells is one bad row, not the end of the table', async () => {
  const rows = ['path,split,mask:a:s', 'one.png,train,m.png', 'two.png,train', 'three.png,train,m.png,,'];
  const folder = await folderOf({
    'manifest.csv': rows.join('\n'),
    'one.png': await picture(1),
    'm.png': await grey(2, 2, [255, 0, 0, 0]),
  });
  const file = join(folder, 'manifest.csv');
  const problems = [
    { file, row: 2, field: 'table', message: 'has 2 cells where the header has 3' },
    { file, row: 3, field: 'table', message: 'has 5 cells where the header has 3' },
  ];
  expect(await problemsOf(folder)).toEqual(problems);
  expect(await run(folder, { skipBad: true })).toMatchObject({ imagesAdded: 1, skipped: problems });
});
