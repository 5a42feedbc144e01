/** PostgreSQL keeps no zero character, in text or in JSON: written '\0' in words. Also for what an error message quotes. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '\\0') as T;
  if (Array.isArray(value)) return value.map((item: unknown) => storable(item)) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value).map(([key, item]) => [storable(key), storable(item as unknown)]);
  return Object.fromEntries(entries) as T;
}
