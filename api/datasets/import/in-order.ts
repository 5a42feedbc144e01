import { setTimeout } from 'node:timers/promises';

/** After an abort, work that is under way gets so long to end. */
const GRACE_MS = 5000;

/** Works on a few items at a time and yields the answers in the order of the items. */
export async function* inOrder<A, B>(
  items: AsyncIterable<A>,
  parallel: number,
  work: (item: A) => Promise<B>,
  signal?: AbortSignal,
): AsyncGenerator<B> {
  const aborted = whenAborted(signal);
  const running: Promise<B>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited in its turn; until then its failure must not count as unheard.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= parallel) yield await Promise.race([running.shift()!, aborted.promise]);
    }
    while (running.length > 0) yield await Promise.race([running.shift()!, aborted.promise]);
  } finally {
    // A read that hangs (a disk that is away) must not keep the import from ending.
    await Promise.race([Promise.allSettled(running), aborted.promise.catch(() => setTimeout(GRACE_MS))]);
    aborted.forget();
  }
}

/** Rejects when the signal aborts. */
function whenAborted(signal: AbortSignal | undefined): { promise: Promise<never>; forget: () => void } {
  let forget = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    forget = () => signal?.removeEventListener('abort', onAbort);
  });
  promise.catch(() => undefined);
  return { promise, forget };
}
