/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { limits } from '../limits.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

const nobody = '00000000-0000-7000-8000-000000000000';

async function codeOf(query: string, variables?: Record<string, unknown>): Promise<unknown> {
  const { errors } = await api.ask(query, variables);
  return errors?.[0].extensions.code;
}

test('what is not there is null to a query and NOT_FOUND to a mutation', async () => {
  expect((await api.ask(`{ run(id: "${nobody}") { id } }`)).data).toEqual({ run: null });
  expect(await codeOf(`mutation { cancelRun(id: "${nobody}") { id } }`)).toBe('NOT_FOUND');
  expect(await codeOf(`mutation { freezeCohort(cohortId: "${nobody}") { id } }`)).toBe('NOT_FOUND');
});

test('an id that is none is INVALID_INPUT, and names the argument', async () => {
  for (const query of [
    '{ image(id: "x") { id } }',
    'mutation { cancelRun(id: "x") { id } }',
    'mutation { freezeCohort(cohortId: "x") { id } }',
    '{ fusions(filter: { snapshotId: "x" }) { nodes { id } } }',
  ]) {
    const { errors } = await api.ask(query);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^\w+ 'x' is not an id$/) as string,
      extensions: { code: 'INVALID_INPUT' },
    });
  }
});

test("the client's own mistakes are told as such", async () => {
  expect(await codeOf('{ images { ')).toBe('GRAPHQL_PARSE_FAILED');
  expect(await codeOf('{ colours }')).toBe('GRAPHQL_VALIDATION_FAILED');
  const ask = 'query ($n: Int!) { images(first: $n) { nodes { id } } }';
  expect(await codeOf(ask, { n: 'many' })).toBe('BAD_USER_INPUT');
  expect(await codeOf(ask, {})).toBe('BAD_USER_INPUT');
});

test('an unforeseen error shows neither SQL nor stack, only a reference that the log has too', async () => {
  const logged: unknown[] = [];
  const spy = jest
    .spyOn(api.context.log, 'error')
    .mockImplementation((entry: unknown) => void logged.push(entry));
  await api.context.pool.query('alter table audit_events rename to away');
  const { errors, data } = await api.ask('{ auditEvents { nodes { id } } }');
  await api.context.pool.query('alter table away rename to audit_events');
  spy.mockRestore();
  expect(data).toBeNull();
  expect(errors?.[0].extensions).toEqual({
    code: 'INTERNAL',
    reference: expect.stringMatching(/^\w{12}$/) as string,
  });
  expect(JSON.stringify(errors)).not.toMatch(/audit_events|select|at .*\.ts/);
  expect(logged).toEqual([expect.objectContaining({ reference: errors?.[0].extensions['reference'] })]);
  expect(String((logged[0] as { err: Error }).err)).toContain('audit_events');
});

describe('limits', () => {
  const fields = (n: number) => Array.from({ length: n }, (_, i) => `f${i}: id`).join(' ');

  test.each([
    ['aliases', `{ images { nodes { ${fields(limits.aliases + 1)} } } }`],
    ['fields', `{ images { nodes { ${'id '.repeat(limits.fields + 1)} } } }`],
    ['levels', `{ dataset(name: "d") { ${'cohorts { dataset { '.repeat(8)} id ${'} }'.repeat(8)} } }`],
  ])('too many %s are refused', async (name, query) => {
    const { errors } = await api.ask(query);
    expect(errors?.[0].message).toContain(name);
    expect(errors?.[0].extensions.code).toBe('LIMIT_EXCEEDED');
  });

  test('a document of too many words is refused before it is read to its end', async () => {
    const { errors } = await api.ask(`{ ${'a '.repeat(limits.tokens)} }`);
    expect(errors?.[0].message).toMatch(/contains more \w+ \d+ tokens/);
  });

  test('fragments that multiply are refused before they are multiplied out', async () => {
    const bomb = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Image { ...F${i + 1} ...F${i + 1} }`,
    );
    const query = `{ images { nodes { ...F0 } } } ${bomb.join(' ')} fragment F30 on Image { id }`;
    const { errors } = await api.ask(query); // a billion fields: it would not come back
    expect(errors?.some((error) => error.extensions.code === 'LIMIT_EXCEEDED')).toBe(true);
  });

  test('a body that is too large is refused', async () => {
    const { status, errors } = await api.ask(`{ images { nodes { id } } } #${'x'.repeat(limits.body)}`);
    expect(status).toBe(413);
    expect(errors?.[0].extensions.code).toBe('LIMIT_EXCEEDED');
  });

  test('several operations in one request are refused', async () => {
    const one = { query: '{ __typename }' };
    const response = await post(JSON.stringify([one, one]));
    expect(response.status).toBe(400);
  });
});

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

test("another site's page cannot send queries as a simple request", async () => {
  const body = JSON.stringify({ query: '{ __typename }' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const response = await post(body, { 'content-type': type });
    expect(response.status).toBeGreaterThanOrEqual(400);
  }
  const get = await fetch(`${api.url}/graphql?query={__typename}`);
  expect(get.status).toBe(400);
  expect((await post(body)).status).toBe(200);
});

test('introspection answers, as the playground needs it', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  const { data, errors } = await api.ask(getIntrospectionQuery());
  expect(errors).toBeUndefined();
  expect(data.__schema.queryType.name).toBe('Query');
});
