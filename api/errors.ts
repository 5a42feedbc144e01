import { GraphQLError } from 'graphql';
import { describeGroup, groupProblems, type Problem } from '../ml/data/readers/problem.ts';
import { DivergedError, InputError } from '../ml/errors.ts';

/** Stable: programs branch on them. The message is for a person and may change. */
export type ErrorCode =
  | 'NOT_FOUND'
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'LIMIT_EXCEEDED'
  | 'NOT_READY'
  | 'CANCELLED'
  | 'BAD_MANIFEST'
  | 'BLOB_CORRUPT'
  | 'PURGED'
  | 'DIVERGED'
  | 'UNREADABLE_REQUEST'
  | 'OUTDATED_REQUEST';

type Details = Record<string, unknown>;

function coded(code: ErrorCode, message: string, details: Details = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...details, code } });
}

/** What was asked for by id or name is not there. */
export function notFound(kind: string, id: string): GraphQLError {
  return coded('NOT_FOUND', `no ${kind} '${id}'`, { kind, id });
}

/** The caller must send something else; `field` names what. */
export function invalidInput(message: string, field?: string): GraphQLError {
  return coded('INVALID_INPUT', message, field ? { field } : {});
}

/** It clashes with what is stored already. */
export function conflict(message: string, details: Details = {}): GraphQLError {
  return coded('CONFLICT', message, details);
}

export function forbidden(message: string): GraphQLError {
  return coded('FORBIDDEN', message);
}

/** Larger than the stated limit. */
export function limitExceeded(message: string, limit: number): GraphQLError {
  return coded('LIMIT_EXCEEDED', message, { limit });
}

/** What the request builds on exists but has not been finished. */
export function notReady(message: string, details: Details = {}): GraphQLError {
  return coded('NOT_READY', message, details);
}

/** The work was stopped on request. */
export function cancelled(message = 'cancelled'): GraphQLError {
  return coded('CANCELLED', message);
}

/** The dataset, or what its description names, cannot be imported: a line for each cause. */
export function badManifest(problems: readonly Problem[]): GraphQLError {
  const groups = groupProblems(problems, 5);
  const lines = groups.slice(0, 20).map(describeGroup);
  if (groups.length > lines.length) lines.push(`… and ${groups.length - lines.length} more causes`);
  return coded('BAD_MANIFEST', lines.join('\n'), { problems, count: problems.length });
}

/** Stored bytes are gone, or are not those that their name says. */
export function blobCorrupt(sha256: string, message: string): GraphQLError {
  return coded('BLOB_CORRUPT', `blob ${sha256}: ${message}`, { sha256 });
}

/** Bytes that were deleted for good, because consent was withdrawn; `details` may say who decided it, and when. */
export function purged(what: string, details: Details = {}): GraphQLError {
  return coded('PURGED', `${what}: its bytes were purged and are gone for good`, details);
}

interface StoredRequest {
  readonly id: string;
  readonly kind: string;
  /** Of the software that stored it. */
  readonly codeVersion: string;
}

/** A request in the store is not what this version of the software can understand. */
export function unreadableRequest(run: StoredRequest, problems: readonly string[]): GraphQLError {
  const { id, kind, codeVersion } = run;
  const advice = `ask for the ${kind} anew, or read it with version ${codeVersion}, which stored it`;
  const message = `run ${id}: its stored request cannot be read: ${problems.join('; ')}; ${advice}`;
  return coded('UNREADABLE_REQUEST', message, { runId: id, problems });
}

/** The method has changed since the work was asked for: doing it now would answer another question. */
export function outdatedRequest(
  run: StoredRequest,
  method: string,
  asked: number,
  now: number,
): GraphQLError {
  const message = `run ${run.id} asks for version ${asked} of '${method}', this server has version ${now}: ask for the ${run.kind} anew`;
  return coded('OUTDATED_REQUEST', message, { runId: run.id, method, asked, now });
}

/** Null for errors that were not thrown on purpose: bugs. */
export function errorCode(error: unknown): ErrorCode | null {
  if (error instanceof InputError) return 'INVALID_INPUT';
  if (error instanceof DivergedError) return 'DIVERGED';
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  return typeof code === 'string' ? (code as ErrorCode) : null;
}
