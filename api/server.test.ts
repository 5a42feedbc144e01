import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../tests/helpers/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

/** Starts the server as `npm start` does and waits until it ends by itself. */
async function ended(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: database.url,
      CONSILIUM_DATA: await mkdtemp(join(tmpdir(), 'consilium-server-test-')),
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said: said.trim().split('\n') };
}

test('a database that does not answer ends the start with one line that names it, without its password', async () => {
  const { code, said } = await ended({ DATABASE_URL: 'postgresql://someone:hunter2@127.0.0.1:1/images' });
  expect(code).toBe(1);
  expect(said).toEqual([
    "DATABASE_URL: no connection to 'images' on 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1)",
  ]);
});

test('a backend that is not there ends the server: its worker would never come', async () => {
  const { code, said } = await ended({ CONSILIUM_BACKEND: 'abacus' });
  expect(code).toBe(1);
  expect(said).toEqual([
    "unknown backend 'abacus': choose one of tensorflow, webgpu, wasm, cpu",
    'there can be no worker: see the line above',
  ]);
});
