import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OwnServer {
  readonly url: string;
  /** Rejects when the server ends before it was stopped: what is asked of it then waits in vain. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

const startLimitSeconds = 90;

/** Starts what `npm start` starts, on a free port, and waits until it is healthy. */
export async function startOwnServer(): Promise<OwnServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const lost = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the server ended (${signal ?? `code ${code}`})`)));
  });
  lost.catch(() => undefined); // nobody listens any more once it is stopped
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  };
  try {
    await Promise.race([untilHealthy(url), lost]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, lost, stop };
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + startLimitSeconds * 1000;
  while (Date.now() < deadline) {
    const healthy = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false, // not listening yet
    );
    if (healthy) return;
    await sleep(200);
  }
  throw new Error(`the server at ${url} was not healthy within ${startLimitSeconds} s`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
