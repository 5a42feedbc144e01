import { createHash } from 'node:crypto';
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field that was asked for, with its arguments and what was asked for below it. */
export interface Asked {
  readonly field: GraphQLField<unknown, unknown>;
  /** The object type of the field's value or its items; undefined for plain values. */
  readonly type: GraphQLObjectType | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  readonly fields: Selection;
}

/**
 * By key: the field's name; with arguments, a digest of them too, so that one field asked for twice under aliases
 * (masks of two fusions) is fetched twice, and two aliases of the same thing once.
 */
export type Selection = Map<string, Asked>;

type Info = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/** What the operation asks for at and below the field that is being resolved. */
export function lookAhead(info: GraphQLResolveInfo): Asked {
  const asked: Selection = new Map();
  for (const node of info.fieldNodes) addField(asked, info.parentType, node, info);
  const [only] = asked.values();
  if (!only || asked.size > 1) throw new Error(`cannot look ahead of ${info.fieldName}`);
  return only;
}

function addSelections(into: Selection, type: GraphQLObjectType, set: SelectionSetNode, info: Info): void {
  for (const node of set.selections) {
    if (!isIncluded(node, info)) continue;
    if (node.kind === Kind.FIELD) addField(into, type, node, info);
    // Without interfaces and unions, a fragment's type can only be the type that contains it.
    else if (node.kind === Kind.INLINE_FRAGMENT) addSelections(into, type, node.selectionSet, info);
    else {
      const fragment = info.fragments[node.name.value];
      if (fragment) addSelections(into, type, fragment.selectionSet, info);
    }
  }
}

function addField(into: Selection, parent: GraphQLObjectType, node: FieldNode, info: Info): void {
  const field = parent.getFields()[node.name.value];
  if (!field) return; // __typename
  const { key, args } = fieldKey(field, node, info);
  const named = getNamedType(field.type);
  const type = isObjectType(named) ? named : undefined;
  const asked = into.get(key) ?? { field, type, args, fields: new Map() };
  into.set(key, asked);
  if (node.selectionSet && type) addSelections(asked.fields, type, node.selectionSet, info);
}

function isIncluded(node: SelectionNode, { variableValues }: Info): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

interface FieldKey {
  readonly key: string;
  readonly args: Readonly<Record<string, unknown>>;
}

// By the request's variables, as every row of a page asks for the same keys again.
const known = new WeakMap<object, Map<FieldNode, FieldKey>>();

/** The key of a field's value in the row that was fetched for it. */
export function fieldKey(field: GraphQLField<unknown, unknown>, node: FieldNode, info: Info): FieldKey {
  if (!field.args.length) return { key: field.name, args: {} };
  const ofRequest = known.get(info.variableValues) ?? new Map<FieldNode, FieldKey>();
  known.set(info.variableValues, ofRequest);
  const found = ofRequest.get(node);
  if (found) return found;
  const args = getArgumentValues(field, node, info.variableValues);
  const digest = createHash('sha1').update(JSON.stringify(args)).digest('hex').slice(0, 16);
  const fresh = { key: `${field.name}#${digest}`, args };
  ofRequest.set(node, fresh);
  return fresh;
}

/** Both selections as one: the nodes of a connection are asked for as `nodes` and as `edges { node }`. */
export function merge(a: Selection | undefined, b: Selection | undefined): Selection {
  const merged: Selection = new Map(a);
  for (const [key, asked] of b ?? []) {
    const other = merged.get(key);
    merged.set(key, other ? { ...asked, fields: merge(other.fields, asked.fields) } : asked);
  }
  return merged;
}
