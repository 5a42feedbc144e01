import type { Config } from './config.ts';
import { openDatabase, type Connection } from './db.ts';
import { installQueue } from './queue/queue.ts';
import { createLog, type Log } from './log.ts';
import { createPubSub, type PubSub } from './pubsub.ts';
import { refreshKeys } from './runs/refresh-keys.ts';
import { openBlobStore, type BlobStore } from './storage/blob-store.ts';

/** What the process has once: handed to services and resolvers, imported by none. */
export interface AppContext {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly prisma: Connection['prisma'];
  readonly pool: Connection['pool'];
  readonly blobs: BlobStore;
  readonly pubsub: PubSub;
  readonly log: Log;
}

/** What one request adds. */
export interface RequestContext extends AppContext {
  /** Who sends the request, for the audit. There is no sign-in yet: anyone who can reach the server. */
  readonly actor: string;
}

export interface App {
  readonly context: AppContext;
  close(): Promise<void>;
}

/** Database (started and migrated), queue's tables, blobs and notifications, as the configuration says. */
export async function createApp(config: Config, log = createLog()): Promise<App> {
  return appOn(await openDatabase(config), config, log);
}

/** The same on a database that is open already; closing the app closes it. */
export async function appOn(database: Connection, config: Config, log = createLog()): Promise<App> {
  try {
    await installQueue(database.url, (message) => log.warn(message));
    await refreshKeys(database.prisma);
    const pubsub = await createPubSub(database.url);
    const blobs = openBlobStore(config, database.pool);
    const { url: databaseUrl, prisma, pool } = database;
    const close = async () => {
      await pubsub.close();
      await database.close();
    };
    return { context: { config, databaseUrl, prisma, pool, blobs, pubsub, log }, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export function requestContext(context: AppContext): RequestContext {
  return { ...context, actor: 'local' };
}
