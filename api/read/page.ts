import { invalidInput } from '../errors.ts';
import type { Bind, KeyType, SortKey } from './sql-fields.ts';

/** The maximum length of a page. */
export const pageCap = 200;
export const defaultPage = 50;

export interface Page {
  readonly size: number;
  /** From the end towards the start. */
  readonly backward: boolean;
  /** Values of the sort keys at the row to go on from. */
  readonly from: readonly string[] | null;
}

/** @throws INVALID_INPUT for arguments that do not go together and for cursors of another list or order. */
export function readPageArguments(args: Readonly<Record<string, unknown>>, list: string): Page {
  const { first, last, after, before } = args as Record<string, number | string | null | undefined>;
  if (first != null && last != null)
    throw invalidInput('first and last do not go together: give one', 'first');
  if (after != null && before != null)
    throw invalidInput('after and before do not go together: give one', 'after');
  if (before != null && last == null) throw invalidInput('before goes with last', 'before');
  if (after != null && last != null)
    throw invalidInput('after goes with first, before goes with last', 'after');
  const backward = last != null;
  const size = Number(last ?? first ?? defaultPage);
  const field = backward ? 'last' : 'first';
  if (size < 0 || size > pageCap)
    throw invalidInput(`${field} is ${size}: 0 to ${pageCap} is allowed`, field);
  const cursor = after ?? before;
  const from = cursor == null ? null : decodeCursor(String(cursor), list, after != null ? 'after' : 'before');
  return { size, backward, from };
}

/** Which list and order a cursor belongs to: it means nothing in another. */
export function listName(table: string, order: readonly SortKey[]): string {
  return [table, ...order.map(({ name, descending }) => (descending ? `-${name}` : name))].join(' ');
}

export function encodeCursor(list: string, values: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

function decodeCursor(cursor: string, list: string, field: string): string[] {
  const refuse = () => invalidInput(`${field} '${cursor.slice(0, 80)}' is not a cursor of this list`, field);
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refuse();
  }
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) throw refuse();
  const [name, ...values] = parts;
  if (name !== list) throw refuse();
  return values;
}

const wellFormed: Record<KeyType, RegExp> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  text: /^[^\0]*$/,
  int8: /^-?\d{1,18}$/,
  float8: /^(-?\d+(\.\d+)?(e[+-]\d+)?|-?Infinity|NaN)$/,
  timestamptz: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/,
};

export function isUuid(text: string): boolean {
  return wellFormed.uuid.test(text);
}

/** The condition for rows that come after `from` in the order (or in the reverse order). */
export function beyond(
  order: readonly SortKey[],
  row: string,
  { from, backward }: Pick<Page, 'from' | 'backward'>,
  bind: Bind,
): string | null {
  if (!from) return null;
  const fits = from.length === order.length && order.every(({ type }, i) => wellFormed[type].test(from[i]));
  if (!fits) throw invalidInput('the cursor does not fit this list', backward ? 'before' : 'after');
  const columns = order.map(({ sql }) => sql(row));
  const values = order.map(({ type }, i) => `${bind(from[i])}::${type}`);
  const signs = order.map(({ descending }) => (descending === backward ? '>' : '<'));
  // One comparison of rows where all keys run the same way: an index serves it.
  if (signs.every((sign) => sign === signs[0]))
    return `(${columns.join(', ')}) ${signs[0]} (${values.join(', ')})`;
  const steps = columns.map((column, i) => {
    const equal = columns.slice(0, i).map((earlier, j) => `${earlier} = ${values[j]}`);
    return `(${[...equal, `${column} ${signs[i]} ${values[i]}`].join(' and ')})`;
  });
  return `(${steps.join(' or ')})`;
}

export function orderBy(order: readonly SortKey[], row: string, backward: boolean): string {
  if (!order.length) return '';
  const keys = order.map(({ sql, descending }) => `${sql(row)}${descending === backward ? '' : ' desc'}`);
  return `order by ${keys.join(', ')}`;
}
