// How a command ends before its time. Its children end with it (child.mjs, and the server's channel in own-server.ts).
import { constants } from 'node:os';

/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lets set-up end with its locks released; returns the function that removes the handlers. */
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
 * For `| head`: once nobody reads the output any more, the command ends as if it had been told to stop. Unhandled, the
 * broken pipe would end the process on the spot and skip what must be closed.
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
