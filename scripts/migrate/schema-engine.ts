import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import type pg from 'pg';
import type { Migration } from '../../api/migrations.ts';

const SCHEMA_FILE = join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma');
const filters = { externalTables: [], externalEnums: [] };

/**
 * The SQL that a database lacks of prisma/schema.prisma, as Prisma Migrate's own engine tells it. npm ships the engine
 * as WebAssembly; Prisma's command line cannot use it (docs/decisions/009-kept-libraries.md).
 */
export async function missingSql(url: string): Promise<string> {
  const schema = { path: SCHEMA_FILE, content: await readFile(SCHEMA_FILE, 'utf8') };
  const engine = await openEngine(url, [[schema.path, schema.content]]);
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files: [schema], configDir: dirname(SCHEMA_FILE) },
    to: { tag: 'schemaDatamodel', files: [schema] },
    script: true,
    exitCode: null,
    filters,
  });
  return stdout ?? '';
}

/** What Prisma Migrate itself would apply to this database. Empty if it agrees that everything is applied. */
export async function engineApplies(
  url: string,
  migrations: readonly Migration[],
  folder: string,
): Promise<string[]> {
  const engine = await openEngine(url);
  const migrationsList = {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
  return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
}

type Exports = Record<string, unknown>;

interface EngineModule {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: Exports): void;
}

// Node has it, its types for version 20 do not say so.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

/** Where the engine leaves the message of a panic; without it, the report of a panic would be one itself. */
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) },
});

let loaded: Promise<EngineModule> | undefined;

/** Once per process: its glue code supports only one instance. */
async function loadEngine(): Promise<EngineModule> {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = (await import(pathToFileURL(glue).href)) as EngineModule;
  const bytes = await readFile(join(dirname(glue), 'schema_engine_bg.wasm'));
  const { exports } = (await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': module })).instance;
  module.__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
  return module;
}

async function openEngine(url: string, datamodels?: [string, string][]): Promise<SchemaEngine> {
  const { SchemaEngine } = await (loaded ??= loadEngine());
  const factory = new PrismaPg(url);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => readingChars(await connect());
  return SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
}

type Adapter = SqlDriverAdapter & { underlyingDriver(): pg.Pool };

const INTERNAL_CHAR = 18;
const MARK = '\u0000char';

/** The adapter cannot read PostgreSQL's internal type "char", of which the catalog is full. */
function readingChars<T extends Adapter>(connection: T): T {
  const pool = connection.underlyingDriver();
  const query = pool.query.bind(pool) as (request: pg.QueryConfig) => Promise<pg.QueryArrayResult>;
  pool.query = (async (request: pg.QueryConfig) => {
    const result = await query(request);
    for (const field of result.fields ?? [])
      if (field.dataTypeID === INTERNAL_CHAR)
        Object.assign(field, { dataTypeID: 25, name: field.name + MARK });
    return result;
  }) as typeof pool.query;
  const queryRaw = connection.queryRaw.bind(connection);
  connection.queryRaw = async (request) => {
    const { columnNames, columnTypes, rows } = await queryRaw(request);
    const isChar = columnNames.map((name) => name.endsWith(MARK));
    return {
      columnNames: columnNames.map((name) => name.replace(MARK, '')),
      columnTypes: columnTypes.map((type, i) => (isChar[i] ? ColumnTypeEnum.Character : type)),
      rows,
    };
  };
  return connection;
}
