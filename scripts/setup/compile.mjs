// One shared library out of C++ files: the files compiled side by side, then linked. Kept in the cache by the hash of
// all that goes in.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { canRun, runChild } from './child.mjs';
import { MissingTool } from './missing-tool.mjs';
import { cacheFolder, hashOf, isStamped, stamp } from './paths.mjs';
import { withProgress } from './progress.mjs';

/**
 * @typedef {object} Library
 * @property {string} name the step's name, also the stamp's
 * @property {string} title
 * @property {string} output the file to make
 * @property {string[]} sources C++ files
 * @property {string[]} headers files of ours that the sources include; part of the key
 * @property {string[]} compilerFlags
 * @property {string[]} linkerFlags
 */

export async function findCompiler() {
  const names = [process.env.CXX, 'g++', 'c++', 'clang++'];
  for (const name of names) if (name && (await canRun(name, ['--version']))) return name;
  throw new MissingTool('a C++ compiler (g++)', { apt: 'g++', mac: 'xcode-select --install' });
}

/** The machine's own instructions are used, so the processor is part of the key. @param {Library} library */
export function keyOf(library) {
  const files = [...library.sources, ...library.headers].map((file) => readFileSync(file));
  const flags = [...library.compilerFlags, '|', ...library.linkerFlags];
  return hashOf(process.platform, process.arch, cpus()[0]?.model ?? '', ...flags, ...files);
}

/** @param {Library} library */
export const isBuilt = (library) => isStamped(library.name, keyOf(library), [library.output]);

/** @param {Library} library @param {string} compiler @param {string} folder @param {(done: number) => void} onDone */
async function compileObjects(library, compiler, folder, onDone) {
  const waiting = library.sources.map((source, index) => ({
    source,
    object: path.join(folder, `${index}.o`),
  }));
  const objects = waiting.map(({ object }) => object);
  let done = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await runChild(compiler, [...library.compilerFlags, '-c', next.source, '-o', next.object]);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return objects;
}

/** @param {Library} library @param {string} target */
async function build(library, target) {
  const compiler = await findCompiler();
  const folder = `${target}.part-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    await withProgress(
      library.title,
      async (progress) => {
        const objects = await compileObjects(library, compiler, folder, progress.update);
        const part = path.join(folder, 'linked');
        await runChild(compiler, ['-shared', ...objects, '-o', part, ...library.linkerFlags]);
        renameSync(part, target);
      },
      { total: library.sources.length },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the library in its place, out of the cache where the same was built before. @param {Library} library */
export async function provide(library) {
  const key = keyOf(library);
  const cached = path.join(cacheFolder(), 'built', `${library.name}-${key.slice(0, 24)}.node`);
  mkdirSync(path.dirname(cached), { recursive: true });
  if (!existsSync(cached)) await build(library, cached);
  mkdirSync(path.dirname(library.output), { recursive: true });
  const part = `${library.output}.${process.pid}.part`;
  copyFileSync(cached, part);
  renameSync(part, library.output);
  stamp(library.name, key);
}
