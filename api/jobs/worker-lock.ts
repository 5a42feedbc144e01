import pg from 'pg';

/**
 * A living worker holds a PostgreSQL advisory lock on a session of its own. When its process dies the session
 * ends and the lock is free: no heartbeat to tune, no clock to trust, noticed at once on the same host.
 */
export interface WorkerLock {
  /** Resolves when the lock is lost while the worker lives: another may take over its work, so it must stop. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

/** First half of the lock's key, so that our locks are told from others: 'CONS' in ASCII. */
const lockClass = 0x434f4e53;

export async function holdWorkerLock(databaseUrl: string, workerId: string): Promise<WorkerLock> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: `consilium-worker` });
  client.on('error', () => undefined); // 'end' follows
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  await client.connect();
  // A host that vanishes without closing its sockets is noticed by the server within half a minute.
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4',
  );
  const answer = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, hashtext($2)) as held',
    [lockClass, workerId],
  );
  if (!answer.rows[0]?.held) {
    await client.end();
    throw new Error(`worker ${workerId}: another process holds its lock`);
  }
  return { lost, release: () => client.end() };
}

/**
 * Runs `takeOver` if that worker is dead, holding its lock meanwhile, so that of several living workers one
 * takes over. Answers whether it was dead.
 */
export async function ifDead(
  databaseUrl: string,
  workerId: string,
  takeOver: () => Promise<void>,
): Promise<boolean> {
  let lock: WorkerLock;
  try {
    lock = await holdWorkerLock(databaseUrl, workerId);
  } catch (error) {
    if (error instanceof Error && error.message.includes('another process holds')) return false;
    throw error;
  }
  try {
    await takeOver();
    return true;
  } finally {
    await lock.release();
  }
}

/** How many workers live, seen from the database. */
export const livingWorkersSql = `select count(*)::int as count from pg_locks
  where locktype = 'advisory' and classid = ${lockClass} and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())`;
