// A lock file between processes. An owner that died (kill -9, power cut) does not block the next one.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startOf } from '../../api/postgres/processes.mjs';

const heartbeatMs = 2000;
const deadAfterMs = 60_000; // only for owners on other machines, whose processes cannot be checked

/** @typedef {{pid: number, host: string, started: string}} Owner */

/** @param {string} file @returns {{owner: Owner, dead: boolean} | undefined} */
function look(file) {
  try {
    const owner = /** @type {Owner} */ (JSON.parse(readFileSync(file, 'utf8')));
    const dead =
      owner.host === hostname()
        ? !isAlive(owner.pid) || startOf(owner.pid) !== owner.started
        : Date.now() - statSync(file).mtimeMs > deadAfterMs;
    return { owner, dead };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Links a complete file into place, so a lock always names its owner. @param {string} file */
function tryAcquire(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid), host: hostname() }));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** If several processes see the same dead owner, only one may remove its lock; another could remove the next owner's. @param {string} file */
function removeDead(file) {
  const guard = `${file}.removing`;
  try {
    mkdirSync(guard);
  } catch {
    try {
      if (Date.now() - statSync(guard).mtimeMs > 10_000) rmdirSync(guard);
    } catch {
      // another one removed it first
    }
    return;
  }
  if (look(file)?.dead) rmSync(file, { force: true });
  rmdirSync(guard);
}

/**
 * Runs the work while holding the lock; waits for a living owner, and says so once.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{onWait?: (owner: Owner) => void, pollMs?: number}} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { onWait, pollMs = 250 } = {}) {
  mkdirSync(path.dirname(file), { recursive: true });
  let announced = false;
  while (!tryAcquire(file)) {
    const held = look(file);
    if (held?.dead) removeDead(file);
    else if (held) {
      if (!announced) onWait?.(held.owner);
      announced = true;
      await sleep(pollMs);
    }
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimesSync(file, now, now);
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}
