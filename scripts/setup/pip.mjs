// pip finds the files, so that its own configuration (index, mirror, proxy, certificate) is respected. Nothing is installed:
// Debian's Python is "externally managed" and stays as it is.
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
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
 * @param {string[]} pip @param {Wheel} wheel @param {string} folder @returns {Promise<string | undefined>}
 */
async function findLink([command = '', ...args], wheel, folder) {
  let link = '';
  await runChild(command, [...args, ...downloadArgs(wheel), '-vv', '--dest', folder], {
    onLine: (line, child) => {
      const found = link ? null : line.match(/Found link (\S+)/);
      if (!found?.[1]?.split('#')[0]?.endsWith(`/${fileOf(wheel)}`)) return;
      link = found[1].split('#')[0] ?? '';
      child.kill();
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

/** The way for proxies, logins and certificates that only pip knows; it cannot go on with half a file. @param {string[]} pip @param {Wheel} wheel @param {string} folder @param {(done: number) => void} onBytes */
async function downloadByPip([command = '', ...args], wheel, folder, onBytes) {
  const temporary = path.join(folder, `pip-${process.pid}`);
  mkdirSync(temporary, { recursive: true });
  const timer = setInterval(() => onBytes(bytesIn(temporary)), 500);
  try {
    await runChild(
      command,
      [...args, ...downloadArgs(wheel), '--progress-bar', 'off', '--no-cache-dir', '--dest', temporary],
      {
        env: { ...process.env, TMPDIR: temporary },
      },
    );
    const part = path.join(folder, `${fileOf(wheel)}.part`);
    cpSync(path.join(temporary, fileOf(wheel)), part);
    await accept(part, path.join(folder, fileOf(wheel)), wheel.sha256);
  } finally {
    clearInterval(timer);
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Brings a wheel into the folder, checked.
 * @param {string[]} pip @param {Wheel} wheel @param {string} folder @param {(done: number, total?: number) => void} onBytes
 */
export async function fetchWheel(pip, wheel, folder, onBytes) {
  mkdirSync(folder, { recursive: true });
  const url = await findLink(pip, wheel, folder);
  const file = path.join(folder, fileOf(wheel));
  if (!url) return downloadByPip(pip, wheel, folder, onBytes);
  try {
    await download({ url, file, sha256: wheel.sha256, onBytes });
  } catch (error) {
    if (/SHA-256/.test(String(error))) throw error;
    await downloadByPip(pip, wheel, folder, onBytes);
  }
  return undefined;
}
