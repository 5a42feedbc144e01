import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema.d.ts';

/**
 * Documents with types: what a query answers, and which variables it wants, follow from the schema (`npm run generate`
 * writes it to schema.d.ts).
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTimeISO: string; ID: string; JSON: unknown; JSONObject: Record<string, unknown> };
}>();

export type { ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
