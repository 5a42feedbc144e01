import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connect, type Connection } from '../../api/db.ts';
import { fingerprint, migrate, readMigrations } from '../../api/migrations.ts';
import { ensureServer } from '../../api/postgres/embedded-postgres.ts';

export type TestDatabase = Connection;

// Any number: one process at a time builds the template.
const TEMPLATE_LOCK = 4182001;

/** A database of its own for a test file: a clone of the migrated template. Call close() in afterAll. */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = await testServer();
  const template = await migratedTemplate(serverUrl);
  const name = `${runPrefix()}${randomBytes(6).toString('hex')}`;
  await administer(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const connection = connect(withDatabase(serverUrl, name), { poolSize: 5 });
  const close = async () => {
    await connection.close();
    await administer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { ...connection, close };
}

/** DATABASE_URL's server, else the embedded one that global-setup.ts holds for this run; it starts when first asked. */
async function testServer(): Promise<string> {
  const external = process.env['CONSILIUM_TEST_EXTERNAL'];
  if (external) return external;
  const folder = process.env['CONSILIUM_TEST_POSTGRES'];
  if (!folder) throw new Error('no test server: jest.config must name tests/helpers/global-setup.ts');
  const { url } = await ensureServer({ folder, temporary: true, database: 'postgres' });
  return url;
}

export function runPrefix(): string {
  return `consilium_test_${process.env['CONSILIUM_TEST_RUN']}_`;
}

async function migratedTemplate(serverUrl: string): Promise<string> {
  const name = `consilium_template_${fingerprint(await readMigrations()).slice(0, 16)}`;
  await administer(serverUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    // Under another name until it is whole, so that a killed run leaves no half template.
    await client.query(`drop database if exists ${name}_new with (force)`);
    await client.query(`create database ${name}_new`);
    await migrate(withDatabase(serverUrl, `${name}_new`));
    await client.query(`alter database ${name}_new rename to ${name}`);
  });
  return name;
}

export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function administer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
