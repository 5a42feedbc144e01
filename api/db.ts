import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../prisma/client/client.ts';
import type { Prisma } from '../prisma/client/client.ts';
import type { Config } from './config.ts';
import { migrate } from './migrations.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';

export type { PrismaClient };
/** What a service may be given: the client, or the transaction that it takes part in. */
export type Database = PrismaClient | Prisma.TransactionClient;

export interface Connection {
  url: string;
  prisma: PrismaClient;
  /** The same connections, for hand-written SQL and for what Prisma does not know (LISTEN, COPY). */
  pool: pg.Pool;
  close(): Promise<void>;
}

/** One pool for Prisma and for hand-written SQL. Connects at the first query. */
export function connect(url: string, { poolSize = 10 }: { poolSize?: number } = {}): Connection {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: 'consilium' });
  // An idle connection that breaks (server restart) is replaced by the pool; unheard, the event would end the process.
  pool.on('error', () => undefined);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    // Many that ask at once wait for a connection; by default Prisma refuses them after two seconds.
    transactionOptions: { maxWait: 30_000, timeout: 30_000 },
  });
  const close = async () => {
    await prisma.$disconnect();
    await pool.end();
  };
  return { url, prisma, pool, close };
}

/** The database that the configuration names, running and migrated. */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'postgresFolder'>,
): Promise<Connection> {
  const server = config.databaseUrl
    ? await external(config.databaseUrl)
    : await startEmbeddedPostgres({ folder: config.postgresFolder });
  try {
    await migrate(server.url);
  } catch (error) {
    await server.close();
    throw error;
  }
  const connection = connect(server.url);
  const close = async () => {
    await connection.close();
    await server.close();
  };
  return { ...connection, close };
}

/** Somebody else's server. @throws Error that names it, without its password, and says why it cannot be used. */
async function external(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
  } catch (error) {
    const { host, port, database } = client;
    const message = `DATABASE_URL: no connection to '${database ?? ''}' on ${host}:${port} (${reasonOf(error)})`;
    throw new Error(message, { cause: error });
  }
  await client.end();
  return { url, close: async () => undefined };
}

/** A host name with several addresses fails at each of them; the combined error has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
