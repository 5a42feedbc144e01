import { isListType, isNonNullType, type GraphQLOutputType } from 'graphql';
import { limitExceeded } from '../errors.ts';
import { merge, type Asked, type Selection } from '../look-ahead.ts';
import { beyond, listName, orderBy, readPageArguments } from './page.ts';
import { columnName, fieldSpec, tableOf, type Bind, type RelationSpec } from './sql-fields.ts';
import type { SortKey, TableSpec } from './sql-fields.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A page inside a page multiplies: more rows than this are refused before anything runs. */
export const rowCap = 20_000;

interface Writer {
  readonly bind: Bind;
  readonly alias: () => string;
  /** Rows that the pages around this place can have at most. */
  readonly rows: number;
}

/**
 * One statement for everything that was asked for at and below a field: related rows come as JSON from subselects
 * that PostgreSQL runs itself, and only the columns that were asked for are read.
 */
export function compile(asked: Asked, spec = fieldSpec(asked.field).relation): Statement {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  let aliases = 0;
  const writer = { bind, alias: () => `t${aliases++}`, rows: 1 };
  return { text: `select ${relation(asked, spec, null, writer)} as value`, values };
}

function value(asked: Asked, row: string, writer: Writer): string {
  const { column, relation: spec } = fieldSpec(asked.field);
  if (column) return column(row);
  return asked.type ? relation(asked, spec, row, writer) : `${row}.${columnName(asked.field.name)}`;
}

function columns(selection: Selection, row: string, writer: Writer): string {
  const list = [...selection].map(([key, asked]) => `${value(asked, row, writer)} as "${key}"`);
  return list.length ? list.join(', ') : 'true as "_"';
}

function relation(asked: Asked, spec: RelationSpec | undefined, row: string | null, writer: Writer): string {
  if (!spec || !asked.type)
    throw new TypeError(`the field ${asked.field.name} does not say where its rows lie`);
  if (isConnection(asked)) return page(asked, spec, row, writer);
  const table = tableOf(asked.type);
  const related = writer.alias();
  const from = `from ${table.from} ${related}${where(conditions(asked, spec, related, row, writer))}`;
  const fields = columns(asked.fields, related, writer);
  if (!isList(asked.field.type)) return `(select row_to_json(n) from (select ${fields} ${from} limit 1) n)`;
  const order = orderBy([...(spec.order?.(asked.args) ?? []), ...table.key], related, false);
  return `(select coalesce(json_agg(n), '[]') from (select ${fields} ${from} ${order}) n)`;
}

/** `{rows: [{k: sort keys, n: node}], total, other}`: one row more than fits on the page shows whether there are more. */
function page(asked: Asked, spec: RelationSpec, row: string | null, writer: Writer): string {
  const { nodes, type } = askedNodes(asked);
  const table = tableOf(type);
  const order = sortOrder(asked, spec, table);
  const wanted = readPageArguments(asked.args, listName(table.from, order));
  const rows = writer.rows * Math.max(1, wanted.size);
  if (rows > rowCap)
    throw limitExceeded(
      `pages inside pages come to ${rows} rows of ${asked.field.name}: ask for smaller pages`,
      rowCap,
    );
  const outer = writer.alias();
  const inner = writer.alias();
  const members = conditions(asked, spec, inner, row, writer);
  const further = beyond(order, inner, wanted, writer.bind);
  const from = `from ${table.from} ${inner}`;
  const some = `select ${inner}.* ${from}${where(further ? [...members, further] : members)}
    ${orderBy(order, inner, wanted.backward)} limit ${wanted.size + 1}`;
  const keys = order.map(({ sql }) => `${sql(outer)}::text`).join(', ');
  const fields = columns(nodes, outer, { ...writer, rows });
  const parts = [
    `'rows', (select coalesce(json_agg(json_build_object('k', json_build_array(${keys}),
      'n', (select row_to_json(n) from (select ${fields}) n)) ${orderBy(order, outer, wanted.backward)}), '[]')
      from (${some}) ${outer})`,
  ];
  if (asked.fields.has('totalCount')) parts.push(`'total', (select count(*) ${from}${where(members)})`);
  if (further && asksOtherSide(asked, wanted.backward))
    parts.push(`'other', exists (select 1 ${from}${where([...members, `not ${further}`])})`);
  return `(select json_build_object(${parts.join(', ')}))`;
}

export function isConnection({ type }: Asked): boolean {
  return type?.name.endsWith('Connection') ?? false;
}

export function sortOrder(asked: Asked, spec: RelationSpec, table: TableSpec): readonly SortKey[] {
  return [...(spec.order?.(asked.args) ?? []), ...table.key].filter(
    (key, i, all) => all.findIndex(({ name }) => name === key.name) === i,
  );
}

/** What is asked of a connection's nodes, whichever way it was asked. */
export function askedNodes({ field, type, fields }: Asked) {
  const nodeType = type?.getFields()['nodes'];
  let of = nodeType?.type;
  while (of && (isNonNullType(of) || isListType(of))) of = of.ofType as GraphQLOutputType;
  if (!of || !('getFields' in of) || !('isTypeOf' in of))
    throw new TypeError(`${field.name} is no connection`);
  return {
    type: of,
    nodes: merge(fields.get('nodes')?.fields, fields.get('edges')?.fields.get('node')?.fields),
  };
}

function asksOtherSide({ fields }: Asked, backward: boolean): boolean {
  return fields.get('pageInfo')?.fields.has(backward ? 'hasNextPage' : 'hasPreviousPage') ?? false;
}

function conditions(
  asked: Asked,
  spec: RelationSpec,
  related: string,
  row: string | null,
  writer: Writer,
): string[] {
  const join = spec.on && row !== null ? [spec.on(related, row)] : [];
  return [...join, ...(spec.where?.(related, asked.args, writer.bind) ?? [])];
}

function where(conditions: readonly string[]): string {
  return conditions.length ? ` where ${conditions.join(' and ')}` : '';
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
