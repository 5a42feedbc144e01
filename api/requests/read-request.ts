import type { z } from 'zod';
import type { Run, RunKind } from '../../prisma/client/client.ts';
import { versionOf } from '../../ml/method.ts';
import { valueAt } from '../../ml/settings/config-of.ts';
import { outdatedRequest, unreadableRequest } from '../errors.ts';
import { methodsOf, requests, type RequestOf } from './requests.ts';

type Stored = Pick<Run, 'id' | 'kind' | 'config' | 'codeVersion'>;

/**
 * What a run was asked to do, as this version understands it. Keys that were added later get their defaults.
 * @throws UNREADABLE_REQUEST naming run and key if it cannot be understood; nothing is guessed.
 */
export function readRequest<K extends RunKind>(kind: K, run: Stored): RequestOf<K> {
  if (run.kind !== kind) throw new Error(`run ${run.id} is of kind ${run.kind}: expected ${kind}`);
  const parsed = requests[kind].safeParse(run.config);
  if (parsed.success) return parsed.data as RequestOf<K>;
  throw unreadableRequest(run, problemsOf(parsed.error, run.config));
}

/**
 * The request of a run whose work is to be done now.
 * @throws OUTDATED_REQUEST if the method has changed since: the older version might have done half of the work.
 */
export function requestToPerform(run: Stored): RequestOf<RunKind> {
  const request = readRequest(run.kind, run);
  const mended = methodsOf(run.kind, request).find(({ method, version }) => version !== versionOf(method));
  if (!mended) return request;
  throw outdatedRequest(run, mended.method.name, mended.version, versionOf(mended.method));
}

/** One line per problem: the key, what is wrong, and the value found. */
function problemsOf({ issues }: z.ZodError, stored: unknown): string[] {
  return issues.map(({ path, message }) => {
    const value = JSON.stringify(valueAt(stored, path)) ?? 'nothing';
    return `${path.join('.') || 'the request'}: ${message}, received ${value}`;
  });
}
