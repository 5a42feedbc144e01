import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { runChannel } from '../pubsub.ts';
import { limits } from '../limits.ts';

let api: TestApi;
let client: Client;

beforeAll(async () => {
  api = await testApi();
  client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
});
afterAll(async () => {
  await client.dispose();
  await api.close();
});

interface Event {
  readonly epoch: number | null;
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  readonly run: { readonly status: string; readonly progress: number };
}

const query = /* GraphQL */ `
  subscription ($id: ID!, $afterEpoch: Int) {
    runProgress(id: $id, afterEpoch: $afterEpoch) {
      epoch
      metrics {
        name
        value
      }
      run {
        status
        progress
      }
    }
  }
`;

async function* follow(variables: Record<string, unknown>): AsyncGenerator<Event> {
  for await (const { data, errors } of client.iterate<{ runProgress: Event }>({ query, variables })) {
    if (errors)
      throw new Error(
        errors.map((error) => `${error.message} [${String(error.extensions?.['code'])}]`).join(),
      );
    if (data) yield data.runProgress;
  }
}

let keys = 0;
async function startRun(): Promise<string> {
  const key = String(keys++).padStart(64, '0');
  const data = { kind: 'training', status: 'running', key, config: {}, codeVersion: 'test' } as const;
  return (await api.context.prisma.run.create({ data })).id;
}

/** What a worker does after an epoch, and at the end. */
async function saveEpoch(runId: string, epoch: number): Promise<void> {
  const { prisma } = api.context;
  await prisma.$transaction([
    prisma.epochMetric.create({ data: { runId, epoch, name: 'loss', value: 1 / epoch } }),
    prisma.run.update({ where: { id: runId }, data: { progress: epoch / 10 } }),
    prisma.$executeRaw`select pg_notify(${runChannel}::text, ${runId}::text)`,
  ]);
}

async function end(runId: string): Promise<void> {
  const { prisma } = api.context;
  await prisma.$transaction([
    prisma.run.update({
      where: { id: runId },
      data: { status: 'succeeded', progress: 1, finishedAt: new Date() },
    }),
    prisma.$executeRaw`select pg_notify(${runChannel}::text, ${runId}::text)`,
  ]);
}

test('stored epochs are replayed, new ones follow as they come, each once, and the end ends it', async () => {
  const id = await startRun();
  await saveEpoch(id, 1);
  await saveEpoch(id, 2);
  const epochs: number[] = [];
  let last: Event | undefined;
  for await (const event of follow({ id })) {
    last = event;
    if (event.epoch === null) continue;
    epochs.push(event.epoch);
    expect(event.metrics).toEqual([{ name: 'loss', value: 1 / event.epoch }]);
    if (event.epoch < 2) continue;
    if (event.epoch < 5) await saveEpoch(id, event.epoch + 1);
    else await end(id);
  }
  expect(epochs).toEqual([1, 2, 3, 4, 5]);
  expect(last).toEqual({ epoch: null, metrics: [], run: { status: 'succeeded', progress: 1 } });
});

test('after a broken connection it goes on after the epoch that was seen last', async () => {
  const id = await startRun();
  for (const epoch of [1, 2, 3]) await saveEpoch(id, epoch);
  await end(id);
  const epochs: (number | null)[] = [];
  for await (const { epoch } of follow({ id, afterEpoch: 2 })) epochs.push(epoch);
  expect(epochs).toEqual([3, null]);
});

test('several followers of one run see the same', async () => {
  const id = await startRun();
  const followers = [1, 2, 3].map(async () => {
    const epochs: number[] = [];
    for await (const { epoch } of follow({ id })) if (epoch !== null) epochs.push(epoch);
    return epochs;
  });
  for (const epoch of [1, 2, 3]) await saveEpoch(id, epoch);
  await end(id);
  expect(await Promise.all(followers)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test('a run that is not there, and an id that is none, are errors with their codes', async () => {
  const first = (id: string) => follow({ id }).next();
  await expect(first('00000000-0000-7000-8000-000000000000')).rejects.toThrow('NOT_FOUND');
  await expect(first('x')).rejects.toThrow('INVALID_INPUT');
});

test('the limits hold on the socket too', async () => {
  const deep = `{ ${'a { '.repeat(limits.depth + 1)} b ${'}'.repeat(limits.depth + 1)} }`;
  const ask = async (query: string) => {
    for await (const answer of client.iterate({ query })) return answer;
    return undefined;
  };
  await expect(ask(deep)).rejects.toEqual(
    expect.arrayContaining([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as object }),
    ]),
  );
});

test("another site's page gets no socket", async () => {
  const open = (origin?: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        origin,
      });
      socket.on('open', () => resolve('open'));
      socket.on('error', (error) => resolve(error.message));
      setTimeout(() => socket.terminate(), 300);
    });
  expect(await open()).toBe('open');
  expect(await open(api.url)).toBe('open');
  expect(await open('http://elsewhere.example')).toContain('401');
});
