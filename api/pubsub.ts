import pg from 'pg';

/** A message of one channel. `missed` says that the connection was away: anything may have happened meanwhile. */
export type Listener = (payload: string, missed: boolean) => void;

/** PostgreSQL's LISTEN on a dedicated connection. Messages carry only ids: the rows are the source of truth. */
export interface PubSub {
  listen(channel: string, listener: Listener): Promise<() => void>;
  /**
   * One item at once, then one whenever the run has changed (changes between two reads become one item).
   * It never ends by itself: the reader leaves the loop when the run has ended, or the signal aborts.
   */
  runChanges(runId: string, signal?: AbortSignal): AsyncGenerator<void>;
  close(): Promise<void>;
}

/** Every change of a run is announced here with the run's id, in the transaction of the change. */
export const runChannel = 'consilium_runs';

const slowestReconnectMs = 5000;
/** A subscriber checks again after this time even without a message, so a lost one only delays it. */
const lookAgainMs = 10_000;

export async function createPubSub(databaseUrl: string): Promise<PubSub> {
  const listeners = new Map<string, Set<Listener>>();
  let client: pg.Client | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ connectionString: databaseUrl, application_name: 'consilium-listen' });
    fresh.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '', false);
    });
    fresh.on('error', () => undefined); // 'end' follows, and reconnects
    fresh.once('end', () => {
      if (client !== fresh) return;
      client = undefined;
      if (!closed) void reconnect(100);
    });
    await fresh.connect();
    for (const channel of listeners.keys()) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    client = fresh;
  }

  async function reconnect(waitMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    if (closed) return;
    try {
      await connect();
    } catch {
      return reconnect(Math.min(slowestReconnectMs, waitMs * 2)); // the database is away: try until it is back
    }
    for (const channel of listeners.values()) for (const listener of channel) listener('', true);
  }

  async function listen(channel: string, listener: Listener): Promise<() => void> {
    const known = listeners.get(channel);
    if (known) known.add(listener);
    else {
      listeners.set(channel, new Set([listener]));
      await client?.query(`listen ${pg.escapeIdentifier(channel)}`);
    }
    return () => void listeners.get(channel)?.delete(listener);
  }

  async function* runChanges(runId: string, signal?: AbortSignal): AsyncGenerator<void> {
    let changed = true;
    let wake: () => void = () => undefined;
    const ring = (): void => {
      changed = true;
      wake();
    };
    const stop = await listen(runChannel, (payload, missed) => {
      if (missed || payload === runId) ring();
    });
    signal?.addEventListener('abort', ring);
    try {
      while (!signal?.aborted && !closed) {
        if (changed) {
          changed = false;
          yield;
          continue;
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(ring, lookAgainMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      stop();
      signal?.removeEventListener('abort', ring);
      wake();
    }
  }

  await connect();
  return {
    listen,
    runChanges,
    async close() {
      closed = true;
      for (const listener of listeners.get(runChannel) ?? []) listener('', true);
      await client?.end();
    },
  };
}
