import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { download } from './download.mjs';
import { testFolder } from './test-folder.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const { folder, remove } = testFolder();

let ranges: (string | undefined)[] = [];
/** How the server sends what was asked for; each test may break it. */
let send = (response: ServerResponse, body: Buffer) => void response.end(body);
let honoursRanges = true;

const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  const from = honoursRanges ? Number(request.headers.range?.match(/bytes=(\d+)-/)?.[1] ?? 0) : 0;
  if (from >= content.length) return void response.writeHead(416).end();
  if (from > 0) response.statusCode = 206;
  if (from > 0) response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`);
  const body = content.subarray(from);
  response.setHeader('content-length', body.length);
  send(response, body);
});

let url = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wheel`;
});
beforeEach(() => {
  ranges = [];
  honoursRanges = true;
  send = (response, body) => void response.end(body);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  remove();
});

const target = (name: string) => path.join(folder, name);

test('a file is fetched, counted and put in its place', async () => {
  const seen: (number | undefined)[] = [];
  const file = target('whole');
  await download({ url, file, sha256, onBytes: (done, total) => seen.push(done, total) });
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(seen.slice(-2)).toEqual([content.length, content.length]);
  expect(existsSync(`${file}.part`)).toBe(false);
});

test('what an interrupted run left is not fetched again', async () => {
  const file = target('resumed');
  writeFileSync(`${file}.part`, content.subarray(0, 200_000));
  const seen: number[] = [];
  await download({ url, file, sha256, onBytes: (done) => seen.push(done) });
  expect(ranges).toEqual(['bytes=200000-']);
  expect(seen[0]).toBeGreaterThan(200_000);
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('a complete rest needs only its checksum', async () => {
  const file = target('complete');
  writeFileSync(`${file}.part`, content);
  await download({ url, file, sha256 });
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('a server that knows no ranges sends the file anew', async () => {
  honoursRanges = false;
  const file = target('anew');
  writeFileSync(`${file}.part`, randomBytes(1000));
  await download({ url, file, sha256 });
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('a connection that breaks is taken up where it broke', async () => {
  send = (response, body) => {
    if (ranges.length > 2) return void response.end(body);
    response.write(body.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
  };
  const file = target('broken');
  await download({ url, file, sha256 });
  expect(ranges).toHaveLength(3);
  expect(ranges[2]).toBe('bytes=100000-');
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('a file with a wrong SHA-256 is refused and deleted', async () => {
  const file = target('wrong');
  await expect(download({ url, file, sha256: 'f'.repeat(64) })).rejects.toThrow(
    `wrong has SHA-256 ${sha256}, expected ${'f'.repeat(64)}`,
  );
  expect(existsSync(file)).toBe(false);
  expect(existsSync(`${file}.part`)).toBe(false);
});

test('a refusal by the server is an error at once, and leaves no file', async () => {
  send = (response) => void response.writeHead(404, { 'content-length': 0 }).end();
  const file = target('refused');
  await expect(download({ url, file, sha256 })).rejects.toThrow('answered 404');
  expect(ranges).toHaveLength(1);
  expect(existsSync(file)).toBe(false);
});

test('a file out of a local folder of wheels is taken as well', async () => {
  const source = target('local-source');
  writeFileSync(source, content);
  const file = target('local');
  await download({ url: pathToFileURL(source).href, file, sha256 });
  expect(readFileSync(file).equals(content)).toBe(true);
});
