import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolderLock } from './folder-lock.ts';
import { isAlive } from './processes.mjs';

export interface Keeper {
  /** Stops using the server. If this was its last user, resolves after the server has stopped. */
  release(): Promise<void>;
}

/** Registers this process as a user of the folder's server, and starts a keeper that removes it when the process ends. */
export async function keep(folder: string, temporary: boolean): Promise<Keeper> {
  const user = `${process.pid}-${randomBytes(4).toString('hex')}`;
  await withFolderLock(folder, async () => {
    const users = join(folder, 'users');
    await mkdir(users, { recursive: true });
    await removeDeadUsers(users);
    await writeFile(join(users, user), '');
  });
  const script = join(import.meta.dirname, 'keeper.sh');
  const child = spawn('sh', [script, folder, user, temporary ? 'temporary' : 'lasting'], {
    // In its own session, Ctrl-C in the terminal does not reach it: it lives on until the server has stopped.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  await once(child, 'spawn');
  child.unref();
  const { stdin } = child;
  if ('unref' in stdin) (stdin as unknown as { unref(): void }).unref();
  let released: Promise<void> | null = null;
  const release = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.ref();
    stdin.end();
    await ended;
  };
  return { release: () => (released ??= release()) };
}

/** Removes users whose process is gone: after a power cut, no keeper has done it. */
async function removeDeadUsers(users: string): Promise<void> {
  for (const name of await readdir(users)) {
    if (!isAlive(Number(name.split('-')[0]))) await rm(join(users, name), { force: true });
  }
}
