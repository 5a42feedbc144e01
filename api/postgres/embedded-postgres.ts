import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { keep } from './keeper.ts';
import { withFolderLock } from './folder-lock.ts';
import { initialise, launch, runningServer } from './server-process.ts';

export interface EmbeddedOptions {
  /** Holds the data, the password and the server's log. */
  folder: string;
  database?: string;
  /** For tests: nothing is flushed to disk, and the folder is removed with its last user. */
  temporary?: boolean;
}

export interface EmbeddedPostgres {
  url: string;
  /** False where a server that another process had started is used. */
  started: boolean;
  /** Gives the server back: it stops when no process uses it any more. */
  close(): Promise<void>;
}

/**
 * PostgreSQL with nothing to install: npm's binaries, data in a folder of the project. Processes share the server;
 * it stops when the last one is gone, and what a crash leaves behind is cleared away at the next start.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  const keeper = await keep(folder, options.temporary ?? false);
  try {
    return { ...(await ensureServer({ ...options, folder })), close: () => keeper.release() };
  } catch (error) {
    await keeper.release();
    throw error;
  }
}

/** Makes a folder's server ready without holding it: some other process must (see keep). */
export async function ensureServer(options: EmbeddedOptions): Promise<{ url: string; started: boolean }> {
  const { folder, database = 'consilium' } = options;
  return withFolderLock(folder, async () => {
    const password = await ensurePassword(folder);
    await initialise(folder, password, options.temporary ?? false);
    const running = await runningServer(folder);
    const port = running ?? (await launch(folder, options.temporary ?? false));
    const urlOf = (name: string) => `postgresql://consilium:${password}@127.0.0.1:${port}/${name}`;
    await ensureDatabase(urlOf('postgres'), database);
    return { url: urlOf(database), started: running === null };
  });
}

async function ensurePassword(folder: string): Promise<string> {
  const path = join(folder, 'password');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known) return known;
  // A new password cannot open old data: a cluster without its password file is not ours to touch.
  await mkdir(folder, { recursive: true });
  const password = randomBytes(16).toString('hex');
  await writeFile(`${path}.new`, password, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return password;
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
