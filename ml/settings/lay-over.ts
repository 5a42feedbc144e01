/** Any part of some settings: what a preset or a request states, to be laid over the defaults. */
export type Partly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Partly<T[Key]> }
    : T;

/**
 * The one rule by which settings are merged (docs/settings.md): plain objects are merged key by key, at every depth;
 * anything else (a number, a list, null) replaces what was there; undefined changes nothing. An object that states
 * another `kind` replaces the whole object, because the keys of one kind mean nothing to another.
 */
export function layOver(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlainObject(over)) return over;
  const kept = isPlainObject(base) && !changesKind(base, over) ? base : {};
  const merged = Object.entries(over).map(([key, value]) => [key, layOver(own(kept, key), value)] as const);
  return { ...kept, ...Object.fromEntries(merged) };
}

type PlainObject = Readonly<Record<string, unknown>>;

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const changesKind = (base: PlainObject, { kind }: PlainObject): boolean =>
  kind !== undefined && kind !== base['kind'];

const own = (object: PlainObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;
