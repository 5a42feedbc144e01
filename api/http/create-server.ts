import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler } from 'express';
import { requestContext, type AppContext, type RequestContext } from '../context.ts';
import { compiledExecution } from '../executor.ts';
import { limits, withinLimits } from '../limits.ts';
import { loadSchema, schemaText } from '../schema.ts';
import { blobs } from './blobs.ts';
import { masks } from './masks.ts';
import { formatError } from './format-error.ts';
import { health } from './health.ts';
import { playground } from './playground.ts';
import { serveSubscriptions } from './subscriptions.ts';

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Takes no more requests, finishes those that it has, ends subscriptions. */
  close(): Promise<void>;
}

const path = '/graphql';

/** GraphQL with playground and subscriptions, blobs and health on one port; port 0 takes a free one. */
export async function createServer(
  context: AppContext,
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
): Promise<RunningServer> {
  const schema = await loadSchema();
  const app = express();
  app.disable('x-powered-by');
  const server = createHttpServer(app);
  const apollo = new ApolloServer<RequestContext>({
    gateway: compiledExecution(schema, context.log),
    csrfPrevention: true,
    introspection: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [withinLimits],
    formatError: (formatted, error) => formatError(formatted, error, context.log),
    logger: context.log,
    plugins: [
      // It instruments every field, for a cache that is not used here.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 10_000 }),
    ],
  });
  await apollo.start();

  app.use(
    path,
    playground,
    express.json({ limit: limits.body }),
    expressMiddleware(apollo, { context: async () => requestContext(context) }),
  );
  app.get('/health', health(context));
  app.get('/blobs/:sha256', blobs(context));
  app.get('/images/:imageId/masks/:sha256', masks(context));
  app.get(
    '/schema.graphql',
    async (_request, response) => void response.type('text/plain').send(await schemaText()),
  );
  app.get('/', (_request, response) => response.redirect(path));
  app.use(badRequest);

  await listen(server, port, host);
  // Only now: its sockets would also print a failure to listen, which is already reported.
  const subscriptions = serveSubscriptions(server, path, schema, context);
  const close = async () => {
    await subscriptions.close();
    await apollo.stop();
  };
  return { url: urlOf(server, host), close };
}

/** A body that is no JSON or too large: an answer in GraphQL's shape, as its clients read nothing else. */
const badRequest: ErrorRequestHandler = (
  error: { status?: number; message: string },
  _request,
  response,
  next,
) => {
  if (response.headersSent || !error.status || error.status >= 500) return next(error);
  const code = error.status === 413 ? 'LIMIT_EXCEEDED' : 'BAD_REQUEST';
  response.status(error.status).json({ errors: [{ message: error.message, extensions: { code } }] });
};

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? inUse(error) : error);
    const inUse = (cause: Error) =>
      new Error(`PORT: ${port} on ${host} is in use by another program`, { cause });
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
