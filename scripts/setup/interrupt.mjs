// How a command ends early. Its children end with it (child.mjs, and the server's channel in own-server.ts).
import { constants } from 'node:os';

/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lets set-up release its locks when it is interrupted. Returns a function that removes the handlers. */
export function catchInterrupts() {
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    process.stderr.write('\nInterrupted. The same command goes on from here.\n');
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, stop);
  return () => signals.forEach((signal) => process.off(signal, stop));
}

/**
 * For `| head`: once nobody reads the output, the command ends as if it had been told to stop. Unhandled, the broken
 * pipe would end the process immediately and skip the cleanup.
 */
export function endWithReader() {
  let ending = false;
  /** @param {NodeJS.ErrnoException} error */
  const onError = (error) => {
    if (error.code !== 'EPIPE') throw error;
    if (!ending) process.kill(process.pid, 'SIGTERM');
    ending = true;
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onError);
}
