import { readFile } from 'node:fs/promises';
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { schemaText } from '../schema.ts';
import { createServer } from './create-server.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

test('api/schema.graphql is what the code says, and is served', async () => {
  const text = await schemaText();
  expect(await readFile('api/schema.graphql', 'utf8')).toBe(text);
  expect(await (await fetch(`${api.url}/schema.graphql`)).text()).toBe(text);
});

test('a browser gets the playground, which loads nothing from elsewhere; a program does not', async () => {
  const browser = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
  expect(browser.headers.get('content-type')).toContain('text/html');
  const policy = browser.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/https?:/);
  const page = await browser.text();
  expect(page).toContain('<title>Consilium</title>');
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
  const program = await fetch(`${api.url}/graphql`, { headers: { accept: 'application/json' } });
  expect(program.status).toBe(400);
});

test('the first address leads to the playground', async () => {
  const response = await fetch(api.url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
});

test('health tells of database and workers', async () => {
  const response = await fetch(`${api.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    database: true,
    workers: 0,
    status: expect.stringContaining('no worker') as string,
  });
});

test('a blob is served as what it is, for ever, and not as a page of this server', async () => {
  const bytes = Buffer.from('not really a picture');
  const sha256 = await api.context.blobs.put(bytes, 'image/png');
  const response = await fetch(`${api.url}/blobs/${sha256}`);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'cache-control': 'public, max-age=31536000, immutable',
    'content-disposition': 'inline',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining('sandbox') as string,
  });
  const again = await fetch(`${api.url}/blobs/${sha256}`, {
    headers: { 'if-none-match': `"${sha256}"`, 'cache-control': 'max-age=0' },
  });
  expect(again.status).toBe(304);

  const weights = await api.context.blobs.put(Buffer.from('weights'), 'application/octet-stream');
  const download = await fetch(`${api.url}/blobs/${weights}`);
  expect(download.headers.get('content-disposition')).toBe(`attachment; filename="${weights}"`);
});

test.each(['0'.repeat(64), 'x', '..%2f..%2fpackage.json'])('there is no blob %s', async (name) => {
  const response = await fetch(`${api.url}/blobs/${name}`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test('a blob whose bytes are gone is an error, not an empty file', async () => {
  const sha256 = 'c'.repeat(64);
  await api.context.prisma.blob.create({ data: { sha256, bytes: 10, mediaType: 'image/png' } });
  const response = await fetch(`${api.url}/blobs/${sha256}`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: { code: 'BLOB_CORRUPT' } });
});

test('a port that is taken is named, once', async () => {
  const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const { port } = new URL(api.url);
  await expect(createServer(api.context, { port: Number(port) })).rejects.toThrow(
    `PORT: ${port} on 127.0.0.1 is in use by another program`,
  );
  expect(said).not.toHaveBeenCalled();
  said.mockRestore();
});

test('closing finishes the requests that are under way', async () => {
  const own = await testApi();
  const { pool } = own.context;
  const blocker = await pool.connect();
  await blocker.query('begin');
  await blocker.query('lock table datasets');
  const answer = own.ask('{ datasets { totalCount } }');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = own.close();
  await blocker.query('commit');
  blocker.release();
  expect((await answer).data).toEqual({ datasets: { totalCount: 0 } });
  await closed;
  await expect(fetch(`${own.url}/health`)).rejects.toThrow();
});
