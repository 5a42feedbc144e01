import type { IncomingMessage, Server } from 'node:http';
import { parse, specifiedRules, validate, type GraphQLError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { requestContext, type AppContext } from '../context.ts';
import { limits, withinLimits } from '../limits.ts';
import { formatError } from './format-error.ts';

/** GraphQL over WebSocket on the same port and path, under the same limits. */
export function serveSubscriptions(server: Server, path: string, schema: GraphQLSchema, context: AppContext) {
  const sockets = new WebSocketServer({
    server,
    path,
    maxPayload: limits.body,
    verifyClient: ({ req }: { req: IncomingMessage }) => isSameOrigin(req),
  });
  const format = (errors: readonly GraphQLError[]) =>
    errors.map((error) => formatError(error.toJSON(), error, context.log));
  const subscriptions = useServer(
    {
      schema,
      context: () => requestContext(context),
      parse: (source) => parse(source, { maxTokens: limits.tokens }),
      validate: (schema, document) => validate(schema, document, [...specifiedRules, withinLimits]),
      onError: (_socket, _id, _message, errors) => format(errors),
      onNext: (_socket, _id, _message, _args, result) =>
        result.errors ? { ...result, errors: format(result.errors) } : result,
    },
    sockets,
  );
  return { close: async () => subscriptions.dispose() };
}

/** Another site's page in a user's browser may open sockets to this server: it must not get one. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (!headers.origin) return true;
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}
