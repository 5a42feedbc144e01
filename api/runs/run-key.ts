import { createHash } from 'node:crypto';
import { canonicalJson } from '../../ml/canonical-json.ts';

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
