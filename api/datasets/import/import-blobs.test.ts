import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import { folderOf, freshName, goodFolder, grey, picture } from '../../../tests/helpers/image-folder.ts';
import { cancelled } from '../../errors.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { openImportBlobs } from './import-blobs.ts';
import { importDataset, type ImportRequest } from './import-dataset.ts';

let database: TestDatabase;
let blobFolder: string;
let blobs: BlobStore;

beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder, s3: null }, database.pool);
});
afterAll(() => database.close());

const run = (path: string, request: Partial<ImportRequest> = {}) =>
  importDataset({ pool: database.pool, blobs }, { path, ...request });

async function stored(): Promise<string[]> {
  const files = await readdir(blobFolder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name);
}

/** Two rows: the second one's mask is missing. `shades` make the bytes those of this test alone. */
async function halfBadFolder(shade: number): Promise<string> {
  const rows = ['path,split,mask:a:s', 'one.png,train,m.png', 'two.png,train,nowhere.png'];
  return folderOf({
    'manifest.json': { name: freshName(), table: 't.csv' },
    't.csv': rows.join('\n'),
    'one.png': await picture(shade),
    'two.png': await picture(shade + 1),
    'm.png': await grey(2, 2, [0, 255, 0, 255]),
  });
}

test('an import that fails leaves no files behind', async () => {
  await expect(run(await halfBadFolder(100))).rejects.toThrow(/nowhere\.png/);
  expect(await stored()).toEqual([]);
});

test('a cancelled import leaves no files behind; an interrupted one leaves them to the worker that goes on', async () => {
  const { folder } = await goodFolder();
  for (const [reason, left] of [
    [cancelled(), 0],
    [new Error('the worker is stopping'), 5],
  ] as const) {
    const controller = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'storing') controller.abort(reason);
    };
    await expect(run(folder, { signal: controller.signal, onProgress })).rejects.toThrow(reason.message);
    expect(await stored()).toHaveLength(left);
  }
});

test('rows left out leave no files behind, also where only the store shows that they are bad', async () => {
  const folder = await halfBadFolder(110);
  expect(await run(folder, { skipBad: true })).toMatchObject({ imagesAdded: 1, skippedRows: 1 });
  const names = await stored();
  expect(names).toHaveLength(2);

  const { folder: other, name } = await goodFolder();
  await run(other);
  const before = await stored();
  const changed = await folderOf({
    'manifest.json': {
      name,
      images: [{ path: 'one.png', split: 'train' }],
      structures: ['s'],
      raters: ['a'],
    },
    'one.png': await picture(120),
  });
  expect(await run(changed, { skipBad: true, add: true })).toMatchObject({ skippedRows: 1 });
  expect((await stored()).sort()).toEqual(before.sort());
});

test('what an earlier import stored stays when a later one fails', async () => {
  const { folder } = await goodFolder();
  await run(folder);
  const before = await stored();
  const rows = ['path,split,mask:a:s', 'one.png,train,m/one-a.png', 'gone.png,train,m/one-a.png'];
  const files = { 'manifest.csv': rows.join('\n'), 'one.png': await picture(10) };
  const bad = await folderOf({ ...files, 'm/one-a.png': await grey(2, 2, [255, 0, 0, 0]) });
  await expect(run(bad)).rejects.toThrow(/gone\.png/);
  expect((await stored()).sort()).toEqual(before.sort());
});

test('while another import is at work, nothing goes that it may have found', async () => {
  const other = await openImportBlobs(blobs, database.pool);
  await expect(run(await halfBadFolder(130))).rejects.toThrow(/nowhere\.png/);
  expect((await stored()).length).toBeGreaterThan(0);
  await other.close();
});

test('bytes that somebody stores while they are removed are there in the end', async () => {
  const bytes = Buffer.from('found without a row, and named a moment later');
  for (let round = 0; round < 20; round++) {
    const { sha256 } = await blobs.write(bytes);
    const client = await database.pool.connect();
    try {
      await Promise.all([blobs.removeUnnamed(client, [sha256]), blobs.put(bytes, 'text/plain')]);
    } finally {
      client.release();
    }
    expect(await blobs.get(sha256)).toEqual(bytes);
    await blobs.removeUnused(sha256);
  }
});
