import pg from 'pg';

/**
 * A living worker holds PostgreSQL advisory locks on a dedicated session. When its process dies, the session ends and
 * the locks are released: no heartbeat to tune, no clock to trust, and noticed at once on the same host.
 */
export interface WorkerLock {
  /** Locks a name until the session ends. */
  hold(name: string): Promise<void>;
  /** Resolves when the session has ended: other workers consider this one dead, so it must stop. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

/** First half of every key, which distinguishes our locks from others: 'CONS' in ASCII. */
const lockClass = 0x434f4e53;

export async function openWorkerLock(databaseUrl: string): Promise<WorkerLock> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'consilium-worker' });
  client.on('error', () => undefined); // 'end' follows
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  await client.connect();
  // A host that vanishes without closing its sockets is noticed by the server within half a minute.
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4',
  );
  let holding = Promise.resolve(); // one query after the other
  const hold = (name: string): Promise<void> => (holding = holding.then(() => lockShared(client, name)));
  await hold('worker');
  return { hold, lost, release: () => client.end() };
}

/** Shared, because names are random: nobody else takes them, and two names with the same hash need not wait. */
async function lockShared(client: pg.Client, name: string): Promise<void> {
  await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [lockClass, name]);
}

const held = `select from pg_locks where locktype = 'advisory' and classid = ${lockClass} and objsubid = 2
  and granted and database = (select oid from pg_database where datname = current_database())`;

/** SQL: whether a living session holds the lock whose name is the value of `expression`. */
export function isHeld(expression: string): string {
  return `exists (${held} and objid = hashtext(${expression})::oid)`;
}

/** How many workers live, seen from the database. */
export const livingWorkersSql = held.replace('select', 'select count(distinct pid)::int as count');
