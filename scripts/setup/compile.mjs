// One shared library out of C++ files: the files compiled side by side, then linked. Kept in the cache, for every
// checkout, by the hash of all that goes in.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { canRun, runChild } from './child.mjs';
import { missingTool } from './missing.mjs';
import { cacheFolder, hashOf, isStamped, root, stamp } from './paths.mjs';
import { step } from './progress.mjs';

/**
 * @typedef {object} Library
 * @property {string} name the step's name, also the stamp's
 * @property {string} title
 * @property {string} output the file to make
 * @property {string[]} sources C++ files
 * @property {string[]} headers files of ours that the sources include; part of the key
 * @property {string[]} compilerFlags paths inside the project are relative to its root, so that checkouts share a key
 * @property {string[]} linkerFlags
 */

export async function findCompiler() {
  const names = [process.env.CXX, 'g++', 'c++', 'clang++'];
  for (const name of names) if (name && (await canRun(name, ['--version']))) return name;
  throw missingTool('a C++ compiler (g++)', { apt: 'g++', mac: 'xcode-select --install' });
}

/** The machine's own instructions are used, so the processor is part of the key. @param {Library} library */
export function keyOf(library) {
  const files = [...library.sources, ...library.headers].map((file) => readFileSync(file));
  const flags = [...library.compilerFlags, '|', ...library.linkerFlags];
  return hashOf(process.platform, process.arch, cpus()[0]?.model ?? '', ...flags, ...files);
}

/** @param {Library} library */
export const isBuilt = (library) => isStamped(library.name, keyOf(library), [library.output]);

/** @param {Library} library @param {string} compiler @param {string} folder */
async function compileObjects(library, compiler, folder) {
  const waiting = library.sources.map((source, index) => ({
    source,
    object: path.join(folder, `${index}.o`),
  }));
  const objects = waiting.map(({ object }) => object);
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const args = [...library.compilerFlags, '-c', next.source, '-o', next.object];
      await runChild(compiler, args, { cwd: root, env: { ...process.env, TMPDIR: folder } });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return objects;
}

/** Builds next to the target, in a folder that the next build empties, then renames. @param {Library} library @param {string} target */
async function build(library, target) {
  const compiler = await findCompiler();
  const folder = `${target}.part`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const objects = await compileObjects(library, compiler, folder);
    const linked = path.join(folder, 'linked');
    await runChild(compiler, ['-shared', ...objects, '-o', linked, ...library.linkerFlags]);
    renameSync(linked, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the library in its place, out of the cache where the same was built before. @param {Library} library */
export async function provide(library) {
  const key = keyOf(library);
  const cached = path.join(cacheFolder(), 'built', `${library.name}-${key.slice(0, 24)}.node`);
  mkdirSync(path.dirname(cached), { recursive: true });
  if (!existsSync(cached)) await step(library.title, () => build(library, cached));
  mkdirSync(path.dirname(library.output), { recursive: true });
  const part = `${library.output}.${process.pid}.part`;
  copyFileSync(cached, part);
  renameSync(part, library.output);
  stamp(library.name, key);
}
