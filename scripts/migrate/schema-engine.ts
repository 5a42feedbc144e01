import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type { DiffParams, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import type { Migration } from '../../api/migrations.ts';

const SCHEMA_FILE = join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma');

type Exports = Record<string, unknown>;

interface EngineModule {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: Exports): void;
}

// Node has it, its types for version 20 do not say so.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

/**
 * Prisma Migrate's own engine, as npm ships it in WebAssembly: it knows what SQL turns one schema into another.
 * Needs a server for its shadow database; the database of the url itself is not touched.
 */
export async function schemaDifference(
  url: string,
  migrations: readonly Migration[],
  folder: string,
): Promise<string> {
  const schema = { path: SCHEMA_FILE, content: await readFile(SCHEMA_FILE, 'utf8') };
  const engine = await openEngine(url, [[schema.path, schema.content]]);
  const request: DiffParams = {
    from:
      migrations.length === 0
        ? { tag: 'empty' }
        : { tag: 'migrations', ...migrationList(migrations, folder) },
    to: { tag: 'schemaDatamodel', files: [schema] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  };
  const { stdout } = await engine.diff(request);
  return stdout ?? '';
}

/** What Prisma Migrate itself would apply to this database; none, where it agrees that all is applied. */
export async function engineApplies(
  url: string,
  migrations: readonly Migration[],
  folder: string,
): Promise<string[]> {
  const engine = await openEngine(url, undefined);
  const { appliedMigrationNames } = await engine.applyMigrations({
    migrationsList: migrationList(migrations, folder),
    filters: { externalTables: [], externalEnums: [] },
  });
  return appliedMigrationNames;
}

/** Where the engine leaves the message of a panic; without it, the report of a panic would be one itself. */
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) },
});

let loaded: Promise<EngineModule> | undefined;

/** Once a process: its glue code knows one instance only. */
async function loadEngine(): Promise<EngineModule> {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = (await import(pathToFileURL(glue).href)) as EngineModule;
  const bytes = await readFile(join(dirname(glue), 'schema_engine_bg.wasm'));
  const { exports } = (await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': module })).instance;
  module.__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
  return module;
}

async function openEngine(url: string, datamodels: [string, string][] | undefined): Promise<SchemaEngine> {
  const { SchemaEngine } = await (loaded ??= loadEngine());
  const factory = bindMigrationAwareSqlAdapterFactory(adapter(url));
  return SchemaEngine.new({ datamodels }, () => undefined, factory);
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** Prisma's adapter, made fit for migrations: it takes settings, not a connection string, for its shadow database. */
function adapter(url: string): PrismaPg {
  const { hostname, port, username, password, pathname } = new URL(url);
  const user = decodeURIComponent(username);
  const settings = {
    host: hostname,
    port: Number(port || 5432),
    user,
    password: decodeURIComponent(password),
  };
  const factory = new PrismaPg({ ...settings, database: pathname.slice(1) });
  const connect = factory.connect.bind(factory);
  const connectToShadowDb = factory.connectToShadowDb.bind(factory);
  factory.connect = async () => repaired(await connect());
  factory.connectToShadowDb = async () => droppedAfterwards(repaired(await connectToShadowDb()), url);
  return factory;
}

const INTERNAL_CHAR = 18; // pg_catalog's "char", which the adapter cannot read
const TEXT = 25;
const MARK = '\u0000char';

/** The adapter cuts a script at every semicolon, which breaks the bodies of functions; and see INTERNAL_CHAR. */
function repaired(connection: Adapter): Adapter {
  const pool = connection.underlyingDriver();
  const query = pool.query.bind(pool) as (request: pg.QueryConfig | string) => Promise<pg.QueryArrayResult>;
  const marked = async (request: pg.QueryConfig | string) => {
    const result = await query(request);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === INTERNAL_CHAR)
        Object.assign(field, { dataTypeID: TEXT, name: field.name + MARK });
    }
    return result;
  };
  pool.query = marked as typeof pool.query;
  const queryRaw = connection.queryRaw.bind(connection);
  connection.queryRaw = async (request) => {
    const { columnNames, columnTypes, rows } = await queryRaw(request);
    const typed = columnTypes.map((type, i) =>
      columnNames[i].endsWith(MARK) ? ColumnTypeEnum.Character : type,
    );
    return { columnNames: columnNames.map((name) => name.replace(MARK, '')), columnTypes: typed, rows };
  };
  connection.executeScript = async (script) => void (await query(script));
  return connection;
}

/** The adapter drops its shadow database while a connection to it may still be closing. */
function droppedAfterwards(shadow: Adapter, url: string): Adapter {
  const pool = shadow.underlyingDriver();
  const name = pool.options.database ?? '';
  shadow.dispose = async () => {
    await pool.end();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    await client.end();
  };
  return shadow;
}

function migrationList(migrations: readonly Migration[], folder: string): MigrationList {
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}
