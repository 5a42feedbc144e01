import { mkdir, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STALE_MS = 30_000;

/**
 * One process at a time starts or stops a folder's server. The lock is a folder, because the keeper (a shell script)
 * must take the same one. Its time is renewed while it is held, so an old lock is known to be abandoned.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock');
  await take(folder, lock);
  const renewal = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => undefined), 5_000);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await rmdir(lock).catch(() => undefined);
  }
}

async function take(folder: string, lock: string): Promise<void> {
  for (;;) {
    // Inside the loop: the last user of a temporary server takes the folder away with it.
    await mkdir(folder, { recursive: true });
    const taken = await mkdir(lock).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
        throw error;
      },
    );
    if (taken) return;
    const held = await stat(lock).catch(() => null);
    if (held && Date.now() - held.mtimeMs > STALE_MS) await rmdir(lock).catch(() => undefined);
    await sleep(50);
  }
}
