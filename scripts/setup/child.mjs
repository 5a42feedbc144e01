// Child processes of set-up. None outlives it, not even if it is killed with kill -9.
import { spawn } from 'node:child_process';

/**
 * The child runs in a process group of its own. A shell in the same group waits for the end of a pipe that only this
 * process holds open, and then kills the group.
 */
const guarded = `
  exec 3<&0
  (read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
  "$@" </dev/null 3<&-`;

/**
 * Runs a program and returns its output, or streams the output to stderr (`shown`).
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, shown?: boolean}} [options]
 * @returns {Promise<string>}
 * @throws Error if it fails, with the end of the output unless it was shown
 */
export function runChild(command, args, { cwd, env, shown = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', guarded, 'sh', command, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', shown ? 2 : 'pipe', shown ? 2 : 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split('\n').slice(-60).join('\n');
      const called = [command, ...args.slice(0, 3)].join(' ');
      reject(new Error(`${called} … ended with ${signal ?? `exit code ${code}`}${tail && `\n${tail}`}`));
    });
  });
}

/** @param {string} command @param {string[]} args */
export const canRun = (command, args) =>
  runChild(command, args).then(
    () => true,
    () => false,
  );
