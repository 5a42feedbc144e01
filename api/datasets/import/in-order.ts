import { setTimeout } from 'node:timers/promises';

/** After an abort, work that is under way gets so long to end. */
const GRACE_MS = 2000;

/**
 * Works on a few items at a time and yields the answers in the order of the items. When the signal aborts it throws its
 * reason, also while a read hangs, as on a disk that is away.
 */
export async function* inOrder<A, B>(
  items: AsyncIterable<A>,
  parallel: number,
  work: (item: A) => Promise<B>,
  signal?: AbortSignal,
): AsyncGenerator<B> {
  const running: Promise<B>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited in its turn; until then its failure must not count as unheard.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= parallel) yield await unlessAborted(running.shift()!, signal);
    }
    while (running.length > 0) yield await unlessAborted(running.shift()!, signal);
  } finally {
    const ended = Promise.allSettled(running);
    await (signal?.aborted ? Promise.race([ended, setTimeout(GRACE_MS, undefined, { ref: false })]) : ended);
  }
}

/** Promise.race with one promise that waits for an abort would keep every answer until then. */
function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
