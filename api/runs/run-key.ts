import { createHash } from 'node:crypto';

/** What makes two requests the same work. */
export interface Request {
  readonly kind: string;
  /** Method with its version, parsed settings and the ids of what it works on; JSON. */
  readonly request: unknown;
  readonly seed: number;
}

/** SHA-256 over the request, whatever the order in which its fields were written. */
export function runKey({ kind, request, seed }: Request): string {
  return createHash('sha256')
    .update(canonicalJson({ kind, config: request, seed }))
    .digest('hex');
}

/** JSON with the keys of every object in order and without undefined members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
