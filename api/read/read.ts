import { createHash } from 'node:crypto';
import { getNamedType, isObjectType, type GraphQLResolveInfo } from 'graphql';
import type pg from 'pg';
import { fieldKey, lookAhead, type Asked } from '../look-ahead.ts';
import { askedNodes, compile, isConnection, sortOrder } from './compile.ts';
import { encodeCursor, listName, readPageArguments } from './page.ts';
import { fieldSpec, tableOf, type RelationSpec } from './sql-fields.ts';

/** A row as PostgreSQL's JSON gives it; its shape is what the operation asked for. */
export type Fetched = Readonly<Record<string, unknown>>;

interface PageRows {
  readonly rows: readonly { readonly k: readonly string[]; readonly n: Fetched }[];
  readonly total?: number;
  readonly other?: boolean;
}

export interface ConnectionValue {
  readonly edges: readonly { readonly cursor: string; readonly node: Fetched }[];
  readonly nodes: readonly Fetched[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | null;
}

interface Reader {
  readonly pool: pg.Pool;
}

/** Answers a root field with one statement, whatever was asked for below it. */
export async function read<T>({ pool }: Reader, info: GraphQLResolveInfo, which?: RelationSpec): Promise<T> {
  const asked = lookAhead(info);
  const { text, values } = compile(asked, which);
  const { rows } = await pool.query<{ value: unknown }>({
    text,
    values: [...values],
    name: statementName(text),
  });
  const value = rows[0]?.value ?? null;
  return (isConnection(asked) ? connection(asked, value as PageRows) : value) as T;
}

/** Answers with the row of this id: what a mutation has made. */
export function readById<T>(reader: Reader, info: GraphQLResolveInfo, id: string): Promise<T> {
  return read(reader, info, { where: (row, _args, bind) => [`${row}.id = ${bind(id)}::uuid`] });
}

/** The value of a field with arguments, which the root field's statement has brought already. */
export function fetched<T>(row: Fetched, info: GraphQLResolveInfo): T {
  const field = info.parentType.getFields()[info.fieldName];
  const { key, args } = fieldKey(field, info.fieldNodes[0], info);
  if (!(key in row)) throw new Error(`${info.parentType.name}.${info.fieldName} was not looked ahead for`);
  const value = row[key];
  const type = getNamedType(info.returnType);
  const asked = { field, type: isObjectType(type) ? type : undefined, args, fields: new Map() };
  return (isConnection(asked) ? connection(asked, value as PageRows) : value) as T;
}

function connection(asked: Asked, page: PageRows): ConnectionValue {
  const { type } = askedNodes(asked);
  const list = listName(
    tableOf(type).from,
    sortOrder(asked, fieldSpec(asked.field).relation ?? {}, tableOf(type)),
  );
  const { size, backward } = readPageArguments(asked.args, list);
  const rows = page.rows.slice(0, size);
  if (backward) rows.reverse();
  const hasMore = page.rows.length > size;
  const other = page.other ?? false;
  const cursor = (i: number) => (rows[i] ? encodeCursor(list, rows[i].k) : null);
  return {
    get edges() {
      return rows.map(({ k, n }) => ({ cursor: encodeCursor(list, k), node: n }));
    },
    get nodes() {
      return rows.map(({ n }) => n);
    },
    get pageInfo() {
      return {
        hasNextPage: backward ? other : hasMore,
        hasPreviousPage: backward ? hasMore : other,
        startCursor: cursor(0),
        endCursor: cursor(rows.length - 1),
      };
    },
    totalCount: page.total ?? null,
  };
}

const namedStatements = new Map<string, string>();
const namedCap = 300;

/**
 * PostgreSQL keeps the plan of a named statement, for each connection and for good: so only the first shapes of
 * queries that come get a name, and a client that sends ever new ones cannot fill the server's memory.
 */
function statementName(text: string): string | undefined {
  const found = namedStatements.get(text);
  if (found || namedStatements.size >= namedCap) return found;
  const name = `read_${createHash('sha1').update(text).digest('hex').slice(0, 16)}`;
  namedStatements.set(text, name);
  return name;
}
