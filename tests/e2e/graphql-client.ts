import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface RunEvent {
  readonly epoch: number | null;
  readonly run: { readonly status: string; readonly attempt: number; readonly errorMessage: string | null };
}

export interface GraphQLClient {
  /** Over HTTP. @throws Error with the messages and codes of the answer's errors. */
  ask<Data>(query: string, variables?: object): Promise<Data>;
  /** Over WebSocket: a run's events from its beginning until it has ended. */
  follow(runId: string): AsyncIterableIterator<RunEvent>;
  close(): Promise<void>;
}

export function graphqlClient(url: string): GraphQLClient {
  const socket = createClient({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket });
  return {
    async ask<Data>(query: string, variables: object = {}): Promise<Data> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
      if (errors?.length) throw new Error(errors.map(({ message }) => message).join('; '));
      return data;
    },
    async *follow(runId) {
      const query = `subscription ($id: ID!) {
        runProgress(id: $id) { epoch run { status attempt errorMessage } }
      }`;
      for await (const { data } of socket.iterate<{ runProgress: RunEvent }>({
        query,
        variables: { id: runId },
      })) {
        if (data) yield data.runProgress;
      }
    },
    close: async () => socket.dispose(),
  };
}
