// npm run migrate                    applies what is missing (also done at every start)
// npm run migrate -- create <name>   writes a new migration from what prisma/schema.prisma has more than migrations/
// npm run migrate -- check           fails where the two disagree
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../api/config.ts';
import { migrate, MIGRATIONS_FOLDER, readMigrations } from '../api/migrations.ts';
import { startEmbeddedPostgres } from '../api/postgres/embedded-postgres.ts';
import { command } from './client/command.ts';
import { engineApplies, missingSql } from './migrate/schema-engine.ts';

const NOTHING = /^\s*(--\s*This is an empty migration\.)?\s*$/;

async function apply(): Promise<void> {
  const { databaseUrl, postgresFolder } = loadConfig();
  const server = databaseUrl ? null : await startEmbeddedPostgres({ folder: postgresFolder });
  try {
    const applied = await migrate(databaseUrl ?? server!.url);
    console.log(applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`);
  } finally {
    await server?.close();
  }
}

/** Uses its own server, so the check neither depends on nor disturbs a database with data. */
async function onFreshServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-shadow-'));
  const server = await startEmbeddedPostgres({ folder, temporary: true });
  try {
    return await work(server.url);
  } finally {
    await server.close();
  }
}

/** What the migrations leave out of the schema. Applies them. */
async function difference(url: string): Promise<string> {
  await migrate(url);
  const sql = await missingSql(url);
  return NOTHING.test(sql) ? '' : sql;
}

async function create(name: string | undefined): Promise<void> {
  if (!name || !/^[a-z0-9_]+$/.test(name))
    throw new Error(`a migration's name has a-z, 0-9 and _: got '${name ?? ''}'`);
  const sql = await onFreshServer(difference);
  if (!sql) return console.log('the migrations and prisma/schema.prisma agree: nothing to create');
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`wrote ${folder}/migration.sql: read it, and add by hand what Prisma cannot say`);
}

async function check(): Promise<void> {
  const [sql, left] = await onFreshServer(async (url) => [
    await difference(url),
    await engineApplies(url, await readMigrations(), MIGRATIONS_FOLDER),
  ]);
  if (sql)
    throw new Error(
      `prisma/schema.prisma is ahead of migrations/ (npm run migrate -- create <name>):\n${sql}`,
    );
  if (left.length > 0) throw new Error(`Prisma Migrate does not see as applied: ${left.join(', ')}`);
  console.log('migrations and schema agree, and so does Prisma Migrate with what is applied');
}

const [verb = 'apply', name] = process.argv.slice(2);
const commands: Record<string, () => Promise<void>> = { apply, check, create: () => create(name) };
await command(() => {
  const chosen = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (!chosen) throw new Error(`unknown command '${verb}': expected ${Object.keys(commands).join(', ')}`);
  return chosen();
});
