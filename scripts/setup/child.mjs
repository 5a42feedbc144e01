// Child processes of set-up. None outlives it: Ctrl-C and a plain kill end them first.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Set<() => void>} */
const onEnd = new Set();

/** Work to do if the process is told to stop (drop a lock, say). Gives the function that takes it back. @param {() => void} work */
export function atInterrupt(work) {
  onEnd.add(work);
  return () => void onEnd.delete(work);
}

/** Installs the handlers of Ctrl-C and kill; gives the function that removes them. */
export function catchInterrupts() {
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    for (const child of children) child.kill('SIGTERM');
    for (const work of onEnd) work();
    process.stderr.write('\nInterrupted. The same command goes on from here.\n');
    process.exit(128 + constants.signals[signal]);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  return () => signals.forEach((signal) => process.off(signal, stop));
}

/**
 * Runs a program and gives its output. It fails with the end of the output in the message.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onStart?: (child: import('node:child_process').ChildProcess) => void, onLine?: (line: string, child: import('node:child_process').ChildProcess) => void}} [options]
 * @returns {Promise<string>}
 */
export function runChild(command, args, { cwd, env, onStart, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    onStart?.(child);
    let output = '';
    let rest = '';
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output += chunk;
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine?.(line, child);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      children.delete(child);
      reject(error);
    });
    child.on('close', (code, signal) => {
      children.delete(child);
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split('\n').slice(-60).join('\n');
      reject(new Error(`${command} ${args[0] ?? ''} ended with ${signal ?? `exit code ${code}`}\n${tail}`));
    });
  });
}

/** @param {string} command @param {string[]} args */
export async function canRun(command, args) {
  return runChild(command, args).then(
    () => true,
    () => false,
  );
}
