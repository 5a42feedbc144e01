import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { hashOf, openBlobStore, type BlobStore } from './blob-store.ts';

let database: TestDatabase;
let folder: string;
let blobs: BlobStore;
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder: folder, s3: null }, database.pool);
});
afterAll(() => database.close());

const bytesOf = (text: string) => Buffer.from(text);

test('a blob is named by its SHA-256 and comes back as it was', async () => {
  // the hash of 'abc' is the standard's own example (FIPS 180-4)
  const sha256 = await blobs.put(bytesOf('abc'), 'text/plain');
  expect(sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect((await blobs.get(sha256)).toString()).toBe('abc');
  expect(await database.prisma.blob.findUnique({ where: { sha256 } })).toMatchObject({
    bytes: 3,
    mediaType: 'text/plain',
  });
});

test('the same bytes are stored once, also when many write them at once', async () => {
  const names = await Promise.all(Array.from({ length: 8 }, () => blobs.put(bytesOf('twice'), 'text/plain')));
  expect(new Set(names).size).toBe(1);
  expect(await readdir(join(folder, names[0].slice(0, 2)))).toEqual([names[0]]);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
});

test('changed bytes are noticed when read, and mended when written again', async () => {
  const sha256 = await blobs.put(bytesOf('precious'), 'text/plain');
  const path = join(folder, sha256.slice(0, 2), sha256);
  await writeFile(path, 'half');
  await expect(blobs.get(sha256)).rejects.toMatchObject({ extensions: { code: 'BLOB_CORRUPT' } });
  await blobs.put(bytesOf('precious'), 'text/plain');
  expect((await readFile(path)).toString()).toBe('precious');
});

test('a disk that takes nothing says why', async () => {
  const nowhere = openBlobStore({ blobFolder: '/dev/null/blobs', s3: null }, database.pool);
  await expect(nowhere.write(bytesOf('lost'))).rejects.toThrow(/^blob storage: .*ENOTDIR/);
});

test('a blob that is not there, and a name that is none, are refused', async () => {
  await expect(blobs.get(hashOf(bytesOf('never stored')))).rejects.toMatchObject({
    extensions: { code: 'BLOB_CORRUPT' },
  });
  await expect(blobs.get('../../etc/passwd')).rejects.toThrow(/64 hexadecimal digits/);
});
