import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { hashOf, openBlobStore, type BlobStore } from './blob-store.ts';

// Any server that speaks S3, for instance moto: CONSILIUM_TEST_S3=http://127.0.0.1:5000
const endpoint = process.env['CONSILIUM_TEST_S3'];
const where = endpoint ? describe : describe.skip;
if (!endpoint) console.warn('skipped: CONSILIUM_TEST_S3 names no server that speaks S3');

where('blobs in an S3 bucket', () => {
  let database: TestDatabase;
  let blobs: BlobStore;
  const s3 = {
    bucket: `consilium-${Date.now()}`,
    region: 'us-east-1',
    endpoint: endpoint ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  };

  beforeAll(async () => {
    await new S3Client(s3).send(new CreateBucketCommand({ Bucket: s3.bucket }));
    database = await testDatabase();
    blobs = openBlobStore({ blobFolder: '', s3 }, database.pool);
  });
  afterAll(() => database?.close());

  test('come back as they were, are stored once, and are missed when they are not there', async () => {
    const bytes = Buffer.from('in a bucket');
    const sha256 = await blobs.put(bytes, 'text/plain');
    expect(await blobs.put(bytes, 'text/plain')).toBe(sha256);
    expect(await blobs.get(sha256)).toEqual(bytes);
    const parts: Buffer[] = [];
    for await (const part of await blobs.stream(sha256)) parts.push(part as Buffer);
    expect(Buffer.concat(parts)).toEqual(bytes);
    expect(await blobs.exists(hashOf(Buffer.from('never stored')))).toBe(false);
    await expect(blobs.get(hashOf(Buffer.from('never stored')))).rejects.toMatchObject({
      extensions: { code: 'BLOB_CORRUPT' },
    });
  });

  test('that were purged are deleted, also a second time, and come back when somebody stores them again', async () => {
    const bytes = Buffer.from('purged from a bucket');
    const sha256 = await blobs.put(bytes, 'text/plain');
    const run = { create: { kind: 'purge', key: 'a'.repeat(64), config: {}, codeVersion: 'test' } } as const;
    const { id: purgeId } = await database.prisma.purge.create({
      data: { run, actor: 'tester', reason: 'a test' },
    });
    await database.prisma.blob.update({ where: { sha256 }, data: { purgeId } });
    const client = await database.pool.connect();
    for (let time = 0; time < 2; time++) await blobs.removePurged(client, [sha256]);
    client.release();
    expect(await blobs.exists(sha256)).toBe(false);
    await expect(blobs.get(sha256)).rejects.toMatchObject({ extensions: { code: 'PURGED' } });
    await blobs.put(bytes, 'text/plain');
    expect(await blobs.get(sha256)).toEqual(bytes);
  });
});
