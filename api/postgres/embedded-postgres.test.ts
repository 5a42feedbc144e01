import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { isAlive } from './processes.mjs';

const project = join(import.meta.dirname, '..', '..');

async function freshFolder(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'consilium-postgres-test-')), 'postgres');
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain: ${what}`);
}

test('data survive a restart; a second user shares the server, which stops after the last', async () => {
  const folder = await freshFolder();
  const first = await startEmbeddedPostgres({ folder });
  await query(first.url, 'create table t as select 42 as answer');
  const second = await startEmbeddedPostgres({ folder });
  expect([first.started, second.started]).toEqual([true, false]);
  const pid = await serverPid(folder);
  await first.close();
  expect(await query(second.url, 'select answer from t')).toEqual([{ answer: 42 }]);
  await second.close();
  expect(isAlive(pid)).toBe(false);
  const again = await startEmbeddedPostgres({ folder });
  expect(await query(again.url, 'select answer from t')).toEqual([{ answer: 42 }]);
  await again.close();
  await rm(folder, { recursive: true });
});

test('several that start at once share one server', async () => {
  const folder = await freshFolder();
  const users = await Promise.all(
    Array.from({ length: 3 }, () => startEmbeddedPostgres({ folder, temporary: true })),
  );
  expect(users.filter(({ started }) => started)).toHaveLength(1);
  expect(new Set(users.map(({ url }) => url)).size).toBe(1);
  await Promise.all(users.map((user) => user.close()));
  expect(existsSync(folder)).toBe(false);
});

test('a server killed in the middle starts again with what was committed, whatever its old process id is now', async () => {
  const folder = await freshFolder();
  const before = await startEmbeddedPostgres({ folder });
  await query(before.url, 'create table t as select 7 as kept');
  const pid = await serverPid(folder);
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid), 'the end of the server');
  await before.close();
  // The id in the file now belongs to another process: this one.
  const file = join(folder, 'data', 'postmaster.pid');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(process.pid)));
  const after = await startEmbeddedPostgres({ folder });
  expect(await query(after.url, 'select kept from t')).toEqual([{ kept: 7 }]);
  await after.close();
  await rm(folder, { recursive: true });
});

test('a process killed with -9 takes its server along', async () => {
  const folder = await freshFolder();
  const script = join(folder, '..', 'holder.mts');
  await writeFile(
    script,
    `import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'))};
     await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, temporary: true });
     console.log('ready');
     setInterval(() => undefined, 1000);`,
  );
  const holder = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready) => holder.stdout.once('data', ready));
  const pid = await serverPid(folder);
  expect(isAlive(pid)).toBe(true);
  holder.kill('SIGKILL');
  await until(() => !isAlive(pid) && !existsSync(folder), 'the end of the orphaned server');
});

test('the keeper is a script that a plain shell reads', async () => {
  const checked = new Promise<string>((done) => {
    execFile('sh', ['-n', join(import.meta.dirname, 'keeper.sh')], (_, __, stderr) => done(stderr));
  });
  expect(await checked).toBe('');
});
