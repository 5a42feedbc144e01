// Where set-up reads and writes. Everything in scripts/setup runs on a bare Node, before any package is there.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** @param {string[]} parts a path inside the project */
export const inProject = (...parts) => path.join(root, ...parts);

/** The per-user folder for what is large and the same for every checkout. */
export function cacheFolder(env = process.env) {
  const base = env.CONSILIUM_CACHE || env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(base, 'consilium');
}

/** @param {(string | Buffer)[]} parts */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/** @param {string} file @returns {any} undefined where the file is missing or was cut off */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a temporary file and renames it, so a reader never sees half a file. @param {string} file @param {unknown} value */
export function writeJson(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, JSON.stringify(value, null, 2) + '\n');
  renameSync(part, file);
}

/** The stamp of a step: a hash of its inputs. Lost with node_modules, as is what most steps made. @param {string} step */
const stampFile = (step) => inProject('node_modules', '.consilium', `${step}.json`);

/** @param {string} step @param {string} key @param {string[]} outputs files that must be there */
export function isStamped(step, key, outputs) {
  return readJson(stampFile(step))?.key === key && outputs.every((output) => existsSync(output));
}

/** @param {string} step @param {string} key */
export const stamp = (step, key) => writeJson(stampFile(step), { key });
