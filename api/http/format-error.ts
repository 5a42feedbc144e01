import { randomBytes } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';

const apolloCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);

/**
 * What a client may see of an error. Our own errors (errors.ts) and the client's mistakes are passed on unchanged.
 * Anything else is logged in full under a reference, and the client sees only that reference: no stack, no SQL.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: Pick<Log, 'error'>,
): GraphQLFormattedError {
  const cause = rootOf(error);
  const { message, locations, path } = formatted;
  const ours = errorCode(cause);
  if (ours)
    return {
      message: (cause as Error).message,
      locations,
      path,
      extensions: cause instanceof GraphQLError ? cause.extensions : { code: ours },
    };
  const code = formatted.extensions?.['code'];
  if (typeof code === 'string' && apolloCodes.has(code))
    return { message, locations, path, extensions: { code } };
  // A GraphQL error without a cause is graphql's own: a variable of the wrong type, a null where none may be.
  if (cause instanceof GraphQLError && isClientError(cause))
    return { message, locations, path, extensions: { code: 'BAD_USER_INPUT' } };
  const reference = randomBytes(6).toString('hex');
  log.error({ err: cause, path, reference }, 'a request failed');
  return {
    message: `internal error, reference ${reference}`,
    locations,
    path,
    extensions: { code: 'INTERNAL', reference },
  };
}

function rootOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** graphql checks variables before anything runs, so its errors about them have no path. */
function isClientError(error: GraphQLError): boolean {
  return error.path === undefined && error.message.startsWith('Variable ');
}
