import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface OwnServer {
  readonly url: string;
  /** Rejects if the server ends before it was stopped: requests to it would then wait forever. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

const startLimitMs = 90_000;

/** Starts the same server as `npm start`, on a free port. It ends with this process, however that ends (api/server.ts). */
export async function startOwnServer(): Promise<OwnServer> {
  const child = fork('api/server.ts', {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const lost = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the server ended (${signal ?? `code ${code}`})`)));
  });
  lost.catch(() => undefined); // once it is stopped, nobody listens
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  try {
    return { url: await Promise.race([addressOf(child), lost]), lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The URL, which is the first message from the server to its parent process. */
async function addressOf(child: ChildProcess): Promise<string> {
  const limit = AbortSignal.timeout(startLimitMs);
  const [url] = (await once(child, 'message', { signal: limit }).catch(() => {
    throw new Error(`the server did not start within ${startLimitMs / 1000} s`);
  })) as [string];
  return url;
}
