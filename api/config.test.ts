import { loadConfig } from './config.ts';

test('nothing set: embedded PostgreSQL, a local folder, this machine only', () => {
  const config = loadConfig({});
  expect(config).toMatchObject({ databaseUrl: null, port: 4000, host: '127.0.0.1', s3: null });
  expect(config.dataFolder).toMatch(/\.consilium$/);
});

test('an empty variable counts as unset', () => {
  expect(loadConfig({ DATABASE_URL: '', PORT: '' })).toMatchObject({ databaseUrl: null, port: 4000 });
});

test('every wrong setting is named, and no value is shown', () => {
  const secret = 'http://user:hunter2@somewhere';
  const load = () => loadConfig({ DATABASE_URL: secret, PORT: 'eighty' });
  expect(load).toThrow(/DATABASE_URL[^]*PORT/);
  expect(load).not.toThrow(/hunter2/);
});

test('S3: keys go together', () => {
  const bucket = { S3_BUCKET: 'images', S3_ENDPOINT: 'http://127.0.0.1:9000', S3_FORCE_PATH_STYLE: 'true' };
  expect(() => loadConfig({ ...bucket, S3_ACCESS_KEY_ID: 'a' })).toThrow(/go together/);
  const keys = { S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };
  expect(loadConfig({ ...bucket, ...keys }).s3).toEqual({
    bucket: 'images',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9000',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    forcePathStyle: true,
  });
});
