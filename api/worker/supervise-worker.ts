import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { wrongSettings } from '../program.ts';
import type { Log } from '../jobs/job.ts';

export interface SupervisedWorker {
  /** Process id of the worker that runs now; undefined between a death and the next start. */
  pid(): number | undefined;
  /** Resolves when the worker takes runs. Rejects if its settings are wrong, so no restart would help. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

const entry = join(import.meta.dirname, '..', 'worker.ts');
/** tsx reads TypeScript. */
const nodeOptions = ['--import', 'tsx'];
const [firstPauseMs, longestPauseMs] = [500, 30_000];
/** A worker that lived this long started properly: the next pause is short again. */
const healthyAfterMs = 60_000;
const killAfterMs = 15_000;

/**
 * Keeps one worker process alive alongside the server. If it dies, it is restarted after a growing pause. `databaseUrl`
 * is the server's own, so both use the same (perhaps embedded) database.
 */
export function superviseWorker(databaseUrl: string, log: Log): SupervisedWorker {
  let child: ChildProcess | undefined;
  let closing = false;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let tellReady: () => void;
  let giveUp: (reason: Error) => void;
  const ready = new Promise<void>((resolve, reject) => ([tellReady, giveUp] = [resolve, reject]));

  function start(): void {
    const began = Date.now();
    child = fork(entry, { execArgv: nodeOptions, env: { ...process.env, DATABASE_URL: databaseUrl } });
    child.on('message', () => tellReady());
    child.on('error', (error) => log.warn(`the worker cannot be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      child = undefined;
      if (closing) return;
      if (code === wrongSettings) return giveUp(new Error('there can be no worker: see the line above'));
      if (Date.now() - began > healthyAfterMs) pauseMs = firstPauseMs;
      log.warn(`the worker ended (${signal ?? `code ${code}`}); starting another in ${pauseMs / 1000} s`);
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    });
  }

  start();
  return {
    pid: () => child?.pid,
    ready,
    async close() {
      closing = true;
      clearTimeout(timer);
      const running = child;
      if (!running) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGTERM');
      const killer = setTimeout(() => running.kill('SIGKILL'), killAfterMs);
      await gone;
      clearTimeout(killer);
    },
  };
}
