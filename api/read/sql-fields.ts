import type { GraphQLField, GraphQLObjectType } from 'graphql';
import { Extensions } from 'type-graphql';

/**
 * How GraphQL types are stored, declared next to each field. look-ahead.ts reads which fields were requested, and
 * compile.ts turns them into one SQL statement. A plain field needs nothing: `imageCount` is the column image_count.
 */

/** Adds a parameter to the statement and returns its placeholder ($1, $2, …): values never become SQL text. */
export type Bind = (value: unknown) => string;
/** SQL of one value; `row` is the alias of the row it belongs to. */
export type SqlOf = (row: string) => string;
export type Arguments = Readonly<Record<string, unknown>>;

export type KeyType = 'uuid' | 'text' | 'int8' | 'float8' | 'timestamptz';

/** One step of a sort order. Never null. */
export interface SortKey {
  readonly name: string;
  readonly sql: SqlOf;
  readonly type: KeyType;
  readonly descending: boolean;
}

export interface TableSpec {
  /** A table's name, or a subselect in brackets. */
  readonly from: string;
  /** A unique key, the end of every sort order, so pages neither lose nor repeat a row. */
  readonly key: readonly SortKey[];
}

export interface RelationSpec {
  /** Joins the related row to the one that has the field; absent at the root. */
  readonly on?: (related: string, row: string) => string;
  /** Further conditions, from the field's arguments. */
  readonly where?: (related: string, args: Arguments, bind: Bind) => readonly string[];
  readonly order?: (args: Arguments) => readonly SortKey[];
}

interface FieldSpec {
  readonly column?: SqlOf;
  readonly relation?: RelationSpec;
}

declare module 'graphql' {
  interface GraphQLObjectTypeExtensions {
    readonly table?: TableSpec;
  }
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the parameters must repeat graphql's own
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    readonly sql?: FieldSpec;
  }
}

export function ascending(name: string, type: KeyType, sql: SqlOf = (row) => `${row}.${name}`): SortKey {
  return { name, type, sql, descending: false };
}

export function descending(name: string, type: KeyType, sql?: SqlOf): SortKey {
  return { ...ascending(name, type, sql), descending: true };
}

/** The type's rows are in this table. */
export function From(from: string, key: readonly SortKey[] = [ascending('id', 'uuid')]): ClassDecorator {
  return Extensions({ table: { from, key } });
}

/** The field is this expression, not the column of the same name. */
export function Sql(column: SqlOf): PropertyDecorator {
  return Extensions({ sql: { column } });
}

/** The field is a related row, a list of them or a page of them, as its GraphQL type says. */
export function Related(relation: RelationSpec): MethodDecorator & PropertyDecorator {
  return Extensions({ sql: { relation } });
}

/** The row that this row's column points to. */
export function RefersTo(column: string): PropertyDecorator {
  return Related({ on: (related, row) => `${related}.id = ${row}.${column}` });
}

/** The rows whose column points here. */
export function pointsHere(column: string, id = 'id'): RelationSpec['on'] {
  return (related, row) => `${related}.${column} = ${row}.${id}`;
}

export function tableOf(type: GraphQLObjectType): TableSpec {
  const { table } = type.extensions;
  if (!table) throw new TypeError(`the GraphQL type ${type.name} does not say which table it lies in`);
  return table;
}

export function fieldSpec(field: GraphQLField<unknown, unknown>): FieldSpec {
  return field.extensions.sql ?? {};
}

export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** JSON has no NaN and no infinity: such a number is answered as null. */
export function finite(value: string): string {
  return `case when ${value} in ('NaN', 'Infinity', '-Infinity') then null else ${value} end`;
}

/** Where a blob is served, relative to the server's address. */
export function blobUrl(sha256: string): string {
  return `'/blobs/' || ${sha256}`;
}
