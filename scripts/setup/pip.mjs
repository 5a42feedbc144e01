// pip finds the files, so that its own configuration (index, mirror, proxy, certificate) is respected. Nothing is installed:
// Debian's Python is "externally managed" and stays as it is.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { canRun, runChild } from './child.mjs';
import { accept, download } from './download.mjs';
import { MissingTool } from './missing-tool.mjs';
import { fileOf } from './wheels.mjs';

/** @typedef {import('./wheels.mjs').Wheel} Wheel */

const ways = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/** The command that runs pip. @returns {Promise<string[]>} */
export async function findPip() {
  for (const [command = '', ...args] of ways)
    if (await canRun(command, [...args, '--version'])) return [command, ...args];
  const python = await canRun('python3', ['--version']);
  throw new MissingTool(python ? 'pip (python3 is there)' : 'python3 with pip', {
    apt: python ? 'python3-pip' : 'python3 python3-pip',
    mac: 'brew install python',
  });
}

/** Naming version and platform frees us from the Python that happens to be there. @param {Wheel} wheel */
function downloadArgs({ project, version, tags }) {
  const platforms = (tags.split('-')[2] ?? '').split('.').flatMap((platform) => ['--platform', platform]);
  const python = ['--implementation', 'cp', '--python-version', '3.12', '--abi', 'cp312'];
  return ['download', '--no-deps', '--only-binary=:all:', ...python, ...platforms, `${project}==${version}`];
}

/**
 * The address of a wheel, read from what pip says that it found; pip is stopped before it downloads.
 * @param {string[]} pip @param {Wheel} wheel @param {string} scratch @returns {Promise<string | undefined>}
 */
async function findLink([command = '', ...args], wheel, scratch) {
  let link = '';
  await runChild(command, [...args, ...downloadArgs(wheel), '-vv', '--dest', scratch], {
    env: { ...process.env, PYTHONUNBUFFERED: '1' }, // or the address comes only when the download is under way
    onLine: (line, child) => {
      const found = link ? null : line.match(/Found link (\S+)/);
      if (!found?.[1]?.split('#')[0]?.endsWith(`/${fileOf(wheel)}`)) return;
      link = found[1].split('#')[0] ?? '';
      child.kill('SIGKILL');
    },
  }).catch((/** @type {Error} */ error) => {
    if (!link) throw error;
  });
  return link || undefined;
}

/** @param {string} folder @returns {number} */
function bytesIn(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    const found = statSync(path.join(folder, String(name)), { throwIfNoEntry: false });
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

/**
 * The way for proxies, logins and certificates that only pip knows; it cannot go on with half a file.
 * @param {string[]} pip @param {Wheel} wheel @param {string} folder @param {string} scratch @param {(done: number) => void} onBytes
 */
async function downloadByPip([command = '', ...args], wheel, folder, scratch, onBytes) {
  const timer = setInterval(() => onBytes(bytesIn(scratch)), 500);
  try {
    const how = ['--progress-bar', 'off', '--no-cache-dir', '--dest', scratch];
    await runChild(command, [...args, ...downloadArgs(wheel), ...how], {
      env: { ...process.env, TMPDIR: scratch },
    });
    const part = path.join(folder, `${fileOf(wheel)}.part`);
    renameSync(path.join(scratch, fileOf(wheel)), part);
    await accept(part, path.join(folder, fileOf(wheel)), wheel.sha256);
  } finally {
    clearInterval(timer);
  }
}

/** What killed runs left; this runs under the cache's lock, so nobody is at work there. @param {string} folder */
function removeScratch(folder) {
  for (const name of readdirSync(folder))
    if (name.startsWith('pip-')) rmSync(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Brings a wheel into the folder, checked.
 * @param {string[]} pip @param {Wheel} wheel @param {string} folder @param {(done: number, total?: number) => void} onBytes
 */
export async function fetchWheel(pip, wheel, folder, onBytes) {
  mkdirSync(folder, { recursive: true });
  removeScratch(folder);
  const scratch = path.join(folder, `pip-${process.pid}`);
  mkdirSync(scratch);
  try {
    const url = await findLink(pip, wheel, scratch);
    if (!url) return await downloadByPip(pip, wheel, folder, scratch, onBytes);
    await download({ url, file: path.join(folder, fileOf(wheel)), sha256: wheel.sha256, onBytes }).catch(
      (error) => {
        if (/SHA-256/.test(String(error))) throw error;
        return downloadByPip(pip, wheel, folder, scratch, onBytes);
      },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
