import { print } from 'graphql';
import { createClient, type Client as SubscriptionClient } from 'graphql-ws';
import WebSocket from 'ws';
import { graphql, type ResultOf, type TadaDocumentNode } from './graphql.ts';

/** A GraphQL client as any user would have one: HTTP for questions, one WebSocket for progress. */
export interface Client {
  request<Result, Variables>(
    document: TadaDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Follows a run until it has ended. @throws Error if it has not succeeded. */
  follow(runId: string, onProgress: (progress: RunProgress) => void): Promise<RunProgress>;
  download(url: string): Promise<Buffer>;
  close(): Promise<void>;
}

const followDocument = graphql(`
  subscription Follow($id: ID!) {
    runProgress(id: $id) {
      run {
        status
        progress
        stage
        errorMessage
      }
    }
  }
`);

export type RunProgress = ResultOf<typeof followDocument>['runProgress']['run'];

export function connect(url: string): Client {
  const endpoint = new URL('/graphql', url);
  const subscriptions = createClient({
    url: endpoint.href.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
  });
  return {
    request: (document, variables) => request(endpoint, print(document), variables),
    follow: (runId, onProgress) => follow(subscriptions, runId, onProgress),
    download: async (address) => download(new URL(address, url)),
    close: async () => {
      // What breaks while it closes is closed.
      await Promise.resolve(subscriptions.dispose()).catch(() => undefined);
    },
  };
}

interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

async function request<T>(endpoint: URL, query: string, variables: unknown): Promise<T> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).catch((error: Error) => {
    throw new Error(
      `no answer from ${endpoint.href}: ${(error.cause instanceof Error ? error.cause : error).message}`,
      { cause: error },
    );
  });
  const answer = (await response.json()) as Answer<T>;
  if (answer.errors?.length) {
    throw new Error(
      answer.errors.map((error) => `${error.message} [${error.extensions?.code ?? ''}]`).join('; '),
    );
  }
  if (!answer.data) throw new Error(`no data from ${endpoint.href}: HTTP ${response.status}`);
  return answer.data;
}

async function follow(
  subscriptions: SubscriptionClient,
  runId: string,
  onProgress: (progress: RunProgress) => void,
): Promise<RunProgress> {
  const events = subscriptions.iterate<ResultOf<typeof followDocument>>({
    query: print(followDocument),
    variables: { id: runId },
  });
  let last: RunProgress | undefined;
  try {
    for await (const { data, errors } of events) {
      if (errors?.length) throw new Error(errors.map((error) => error.message).join('; '));
      if (!data) continue;
      last = data.runProgress.run;
      onProgress(last);
    }
  } catch (error) {
    throw error instanceof Error ? error : connectionLost(error);
  }
  if (!last) throw new Error(`run ${runId}: the subscription ended without an event`);
  if (last.status !== 'succeeded') throw new Error(`run ${runId} ${last.status}: ${last.errorMessage ?? ''}`);
  return last;
}

/** The library throws the socket's own events: of an error, or of a close. */
function connectionLost(event: unknown): Error {
  const { message, reason, code } = event as { message?: string; reason?: string; code?: number };
  const why = message || reason || `code ${code}`;
  return new Error(`the connection to the server was lost (${why})`, { cause: event });
}

async function download(url: URL): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
