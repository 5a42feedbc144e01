import type { RequestHandler } from 'express';
import type { AppContext } from '../context.ts';
import { countLivingWorkers } from '../queue/queue.ts';
import { codeVersion } from '../runs/code-version.ts';

const timeoutMs = 3000;

/** 200 while the server can answer queries, 503 otherwise. Without a worker, runs wait: reported, but not an error. */
export function health(context: AppContext): RequestHandler {
  return async (_request, response) => {
    const workers = await withTimeout(countLivingWorkers(context.prisma)).catch(() => null);
    response.status(workers === null ? 503 : 200).json({
      status: workers === null ? 'unavailable' : workers > 0 ? 'ok' : 'ok, but no worker: runs wait',
      database: workers !== null,
      workers,
      version: codeVersion(),
    });
  };
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
