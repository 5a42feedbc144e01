import { invalidInput } from '../errors.ts';
import { isUuid } from './page.ts';
import type { Arguments, Bind } from './sql-fields.ts';

/** How a field of an equality filter is stored. */
export type Equality = Readonly<
  Record<string, { readonly type: string; readonly sql: (row: string) => string }>
>;

export function same(column: string, type: string): Equality[string] {
  return { type, sql: (row) => `${row}.${column}` };
}

/** Conditions for every field of the filter that was given: equal to it. */
export function equalTo(equality: Equality, row: string, filter: unknown, bind: Bind): string[] {
  const given = Object.entries((filter ?? {}) as Arguments).filter(([, value]) => value != null);
  return given.map(([field, value]) => {
    const { sql, type } = equality[field];
    if (type === 'uuid') requireId(value, field);
    return `${sql(row)} = ${bind(value)}::${type}`;
  });
}

/** @throws INVALID_INPUT if it is not shaped like an id: the database would reject it with its own error. */
export function requireId(value: unknown, field: string): string {
  if (typeof value !== 'string' || !isUuid(value))
    throw invalidInput(`${field} '${String(value)}' is not an id`, field);
  return value;
}

/** The one row with this id. */
export function withId(row: string, { id }: Arguments, bind: Bind): string[] {
  return [`${row}.id = ${bind(requireId(id, 'id'))}::uuid`];
}

/** The one row by whichever of two unique names was given. */
export function withOneOf(
  names: Readonly<Record<string, string>>,
  row: string,
  args: Arguments,
  bind: Bind,
): string[] {
  const given = Object.keys(names).filter((name) => args[name] != null);
  if (given.length !== 1) throw invalidInput(`give exactly one of ${Object.keys(names).join(' and ')}`);
  const [name] = given;
  if (name === 'id') return withId(row, args, bind);
  return [`${row}.${names[name]} = ${bind(args[name])}`];
}
