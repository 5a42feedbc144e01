import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfig } from '../../api/config.ts';
import { appOn, type AppContext } from '../../api/context.ts';
import { createServer } from '../../api/http/create-server.ts';
import { createLog } from '../../api/log.ts';
import { testDatabase } from './database.ts';

export interface GraphQLAnswer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its shape is what the query asked for
  readonly data: any;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
}

export interface TestApi {
  readonly url: string;
  readonly context: AppContext;
  /** As any client asks: over HTTP. Errors are answers too. */
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** The SQL statements that the server's connections sent while `work` ran. */
  statementsDuring(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

/** A server with a database of its own, on a free port. No worker. */
export async function testApi(): Promise<TestApi> {
  const database = await testDatabase();
  const data = join(tmpdir(), `consilium-api-${process.pid}`);
  const config = loadConfig({ DATABASE_URL: database.url, CONSILIUM_DATA: data });
  const app = await appOn(database, config, createLog('silent'));
  const server = await createServer(app.context, { port: 0 });
  const ask = async (query: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) } as GraphQLAnswer;
  };
  return {
    url: server.url,
    context: app.context,
    ask,
    statementsDuring,
    async close() {
      await server.close();
      await app.close();
    },
  };
}

async function statementsDuring(work: () => Promise<unknown>): Promise<string[]> {
  // Every connection of this process, Prisma's too, sends its statements through this method.
  const spy = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const calls = spy.mock.calls as unknown as [string | { text: string }][];
    return calls.map(([query]) => (typeof query === 'string' ? query : query.text));
  } finally {
    spy.mockRestore();
  }
}
