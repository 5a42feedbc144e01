// Native TensorFlow: the libraries and C headers out of the Python wheels, in the per-user cache. pip downloads them, so
// its configuration (index, proxy, certificates) holds; nothing is installed into the system's Python.
// Only linux-x64 is tested; the other platforms are the same release under their own wheel names.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canRun, runChild } from './child.mjs';
import { Missing, missingTool } from './missing.mjs';
import { cacheFolder, hashOf, inProject, writeJson } from './paths.mjs';
import { step } from './progress.mjs';

/** @typedef {'cpu' | 'gpu'} Variant */

const here = `${process.platform}-${process.arch}`;

/** Naming Python's version and the platform makes the wheel independent of the Python that happens to be there. */
const python = ['--implementation', 'cp', '--python-version', '3.12', '--abi', 'cp312'];

/** @type {Record<string, string[]>} */
const platforms = {
  'linux-x64': ['2_27', '2_17', '2_12'].map((glibc) => `manylinux_${glibc}_x86_64`),
  'linux-arm64': ['manylinux_2_27_aarch64'],
  'darwin-arm64': ['macosx_12_0_arm64'],
};

/**
 * The lines of a variant's requirements file: each a wheel, pinned by its SHA-256.
 * @param {Variant} variant @param {string} [platform]
 */
export function requirements(variant, platform = here) {
  const file = inProject('scripts', 'setup', 'tensorflow', `${platform}-${variant}.txt`);
  if (!existsSync(file)) throw new Missing(`there is no native TensorFlow (${variant}) for ${platform}`);
  return readFileSync(file, 'utf8').trim().split('\n');
}

/** The folder of a variant. Its name contains the checksums, so it never holds another version. @param {Variant} variant */
export function tensorflowFolder(variant) {
  const wheels = requirements(variant);
  const id = hashOf(...wheels.map((wheel) => wheel.split('sha256:')[1])).slice(0, 12);
  return path.join(cacheFolder(), `tensorflow-${variant}-${wheels[0].split(/==| /)[1]}-${id}`);
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

export async function findPip() {
  if (await canRun('python3', ['-m', 'pip', '--version'])) return;
  const hasPython = await canRun('python3', ['--version']);
  throw missingTool(hasPython ? 'pip (python3 is there)' : 'python3 with pip', {
    apt: hasPython ? 'python3-pip' : 'python3 python3-pip',
    mac: 'brew install python',
  });
}

/**
 * Needs the cache's lock. What a killed run left is removed, except wheels: pip checks and keeps those.
 * @param {Variant} variant
 */
export async function fetchTensorflow(variant) {
  const folder = tensorflowFolder(variant);
  const [wheels, part] = [`${folder}.wheels`, `${folder}.part`];
  rmSync(part, { recursive: true, force: true });
  for (const needed of [wheels, path.join(part, 'pip')]) mkdirSync(needed, { recursive: true });
  const all = requirements(variant);
  for (const [index, requirement] of all.entries()) {
    const [name] = requirement.split(' ');
    await step(`Downloading ${name} (${index + 1} of ${all.length})`, () =>
      download(requirement, wheels, part),
    );
  }
  await step('Unpacking TensorFlow', () => unpack(wheels, path.join(part, 'unpacked')));
  writeJson(path.join(part, 'unpacked', 'complete.json'), { wheels: all });
  renameSync(path.join(part, 'unpacked'), folder);
  for (const done of [wheels, part]) rmSync(done, { recursive: true, force: true });
}

/** One wheel per call, so completed downloads are kept. @param {string} requirement @param {string} wheels @param {string} part */
async function download(requirement, wheels, part) {
  const file = path.join(part, 'requirement.txt');
  writeFileSync(file, `${requirement}\n`);
  const tags = (platforms[here] ?? []).flatMap((platform) => ['--platform', platform]);
  const what = ['--require-hashes', '--no-deps', '--only-binary=:all:', ...python, ...tags, '-r', file];
  // Without pip's cache: a second copy of up to 3.4 GB would stay there.
  await runChild('python3', ['-m', 'pip', 'download', ...what, '--no-cache-dir', '--dest', wheels], {
    env: { ...process.env, TMPDIR: path.join(part, 'pip') },
    shown: true,
  });
}

/** @param {string} wheels @param {string} target */
async function unpack(wheels, target) {
  const files = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  const script = inProject('scripts', 'setup', 'unpack.py');
  await runChild('python3', [script, target, ...files.map((name) => path.join(wheels, name))]);
}
