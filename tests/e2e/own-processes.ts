import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

export interface ServerProcess {
  readonly url: string;
  /** Process ids of the workers that have told so far that they take runs, oldest first. */
  readonly workers: readonly number[];
  /** Resolves when so many workers have started. */
  workerStarted(count: number): Promise<number>;
  stop(): Promise<void>;
}

/** `npm start` without its set-up: a server process, with a worker process as its child. */
export async function startServerProcess(databaseUrl: string, dataFolder: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      CONSILIUM_DATA: dataFolder,
      PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const workers: number[] = [];
  const said: string[] = [];
  let heard: () => void = () => undefined;
  const url = new Promise<string>((resolve, reject) => {
    eachLine(child, (line) => {
      said.push(line);
      const address = /(http:\/\/[^/]+)\/graphql/.exec(line)?.[1];
      if (address) resolve(address);
      const worker = /takes runs \(process (\d+)\)/.exec(line)?.[1];
      if (worker) workers.push(Number(worker));
      heard();
    });
    child.once('exit', (code) =>
      reject(new Error(`the server ended with code ${code}:\n${said.join('\n')}`)),
    );
  });
  return {
    url: await url,
    workers,
    async workerStarted(count) {
      while (workers.length < count) await new Promise<void>((resolve) => (heard = resolve));
      return workers[count - 1] ?? 0;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function eachLine(child: ChildProcess, listener: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', listener);
  }
}
