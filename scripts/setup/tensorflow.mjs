// Native TensorFlow: the libraries and C headers out of the Python wheel, in the per-user cache.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { NoWheel } from './missing-tool.mjs';
import { cacheFolder, hashOf, writeJson } from './paths.mjs';
import { fetchWheel, findPip } from './pip.mjs';
import { withProgress } from './progress.mjs';
import { unzip } from './unzip.mjs';
import { fileOf, isNeeded, wheelsFor } from './wheels.mjs';

/** @typedef {import('./wheels.mjs').Variant} Variant */

/** @param {Variant} variant */
function wheelsOrFail(variant) {
  const wheels = wheelsFor(variant);
  if (!wheels?.[0]) throw new NoWheel(variant);
  return wheels;
}

/** Where a variant lies; the name holds the checksums, so a folder is never of another version. @param {Variant} variant */
export function tensorflowFolder(variant) {
  const wheels = wheelsOrFail(variant);
  const id = hashOf(...wheels.map((wheel) => wheel.sha256)).slice(0, 12);
  return path.join(cacheFolder(), `tensorflow-${variant}-${wheels[0]?.version}-${id}`);
}

/** @param {Variant} variant */
export const hasTensorflow = (variant) => existsSync(path.join(tensorflowFolder(variant), 'complete.json'));

/** The headers and libraries for the compiler. @param {Variant} variant */
export function tensorflowParts(variant) {
  const home = path.join(tensorflowFolder(variant), 'tensorflow');
  const ending = process.platform === 'darwin' ? '2.dylib' : 'so.2';
  const libraries = ['cc', 'framework'].map((name) => path.join(home, `libtensorflow_${name}.${ending}`));
  return { home, include: path.join(home, 'include'), libraries };
}

/** What an interrupted run left. Called under the cache's lock, so nobody is at work on them. @param {string} folder */
function removeRests(folder) {
  const { dir, base } = path.parse(folder);
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir))
    if (name.startsWith(`${base}.part-`)) rmSync(path.join(dir, name), { recursive: true, force: true });
}

/** @param {Variant} variant */
export async function fetchTensorflow(variant) {
  const wheels = wheelsOrFail(variant);
  const folder = tensorflowFolder(variant);
  const downloads = path.join(cacheFolder(), 'downloads');
  const pip = await findPip();
  removeRests(folder);
  const part = `${folder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  for (const [index, wheel] of wheels.entries()) {
    const file = path.join(downloads, fileOf(wheel));
    const of = wheels.length > 1 ? ` (${index + 1} of ${wheels.length})` : '';
    const name = `${wheel.project} ${wheel.version}${of}`;
    if (!existsSync(file))
      await withProgress(`Downloading ${name}`, (p) => fetchWheel(pip, wheel, downloads, p.update), {
        unit: 'bytes',
      });
    await withProgress(
      `Unpacking ${name}`,
      async (progress) => void (await unzip(file, part, isNeeded, progress.update)),
      { unit: 'bytes' },
    );
  }
  writeJson(path.join(part, 'complete.json'), { wheels });
  renameSync(part, folder);
  for (const wheel of wheels) rmSync(path.join(downloads, fileOf(wheel)), { force: true });
}
