import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { compiledExecution } from './executor.ts';

const schema = buildSchema(/* GraphQL */ `
  scalar JSON
  enum Order {
    first
    last
  }
  input Filter {
    name: String
    and: [Filter!]
    not: Filter
  }
  type Query {
    seen(filter: Filter, order: Order = first, limit: Int! = 5): JSON
  }
`);
const asked: unknown[] = [];
schema.getQueryType()!.getFields().seen.resolve = (_, args: unknown) => void asked.push(args);

/** What the resolver was given, what was warned of, and the errors of the answer. */
async function ask(query: string, variables: Record<string, unknown>) {
  asked.length = 0;
  const warnings: unknown[] = [];
  const gateway = compiledExecution(schema, { warn: (...words: unknown[]) => void warnings.push(words) });
  const { executor } = await gateway.load({} as never);
  const document = parse(query);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const request = { query, variables };
  const answer = await executor!({
    document,
    operation,
    request,
    queryHash: query,
    context: {},
  } as never);
  return { asked: [...asked], warnings, errors: answer.errors?.map(({ message }) => message) };
}

test('a query whose variable is a filter of filters is compiled, and its variables reach the resolver', async () => {
  const query = 'query ($filter: Filter, $order: Order) { seen(filter: $filter, order: $order) }';
  const filter = { and: [{ name: 'a' }, { not: { name: 'b' } }] };
  const answer = await ask(query, { filter, order: 'last' });
  expect(answer).toEqual({ asked: [{ filter, order: 'last', limit: 5 }], warnings: [], errors: undefined });
});

test('variables that are not given take their defaults, those of the query before those of the field', async () => {
  const query = 'query ($order: Order = last, $limit: Int) { seen(order: $order) }';
  expect((await ask(query, {})).asked).toEqual([{ order: 'last', limit: 5 }]);
});

test('a variable of the wrong type is refused by name, and nothing is resolved', async () => {
  const query = 'query ($filter: Filter) { seen(filter: $filter) }';
  const answer = await ask(query, { filter: { name: 7 } });
  expect(answer.asked).toEqual([]);
  expect(answer.errors?.[0]).toMatch(/Variable "\$filter" got invalid value 7 at "filter.name"/);
});
