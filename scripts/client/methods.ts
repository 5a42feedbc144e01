import type { Client } from './client.ts';
import { graphql, type ResultOf, type VariablesOf } from './graphql.ts';

const document = graphql(`
  query Methods($kind: MethodKind!) {
    methods(kind: $kind) {
      name
      summary
      task
      presetList {
        name
      }
      experiment {
        title
        drawing
        claims
      }
    }
  }
`);

export type MethodKind = VariablesOf<typeof document>['kind'];
export type Method = ResultOf<typeof document>['methods'][number];
export type ExperimentMethod = Method & { readonly experiment: NonNullable<Method['experiment']> };

export const listMethods = async (client: Client, kind: MethodKind): Promise<readonly Method[]> =>
  (await client.request(document, { kind })).methods;

/** One method of the server by name. @throws Error with the names that it knows. */
export async function findMethod(
  client: Client,
  kinds: readonly MethodKind[],
  name: string,
): Promise<Method> {
  const known = (await Promise.all(kinds.map((kind) => listMethods(client, kind)))).flat();
  const found = known.find((method) => method.name === name);
  if (found) return found;
  const what = kinds.map((kind) => kind.toLowerCase().replace('_', ' ')).join(' or ');
  throw new Error(`unknown ${what} '${name}': expected one of ${known.map((one) => one.name).join(', ')}`);
}

/** What the server can do of these kinds, a line each. */
export async function printMethods(client: Client, kinds: readonly MethodKind[]): Promise<void> {
  for (const kind of kinds) {
    for (const { name, summary } of await listMethods(client, kind))
      console.log(`  ${name.padEnd(22)}${summary}`);
  }
}
