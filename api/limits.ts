import {
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { limitExceeded } from './errors.ts';

/** What one request may ask for. Every count stops at its limit, so rejecting a hostile document costs little. */
export const limits = {
  /** Characters of a request's body. */
  body: 512 * 1024,
  /** Words of a document. */
  tokens: 4000,
  /** Levels of fields. */
  depth: 14,
  /** Fields, those of fragments counted wherever the fragment is used. */
  fields: 1000,
  /** Fields under another name than their own: the way to ask for one costly field many times. */
  aliases: 60,
} as const;

interface Count {
  fields: number;
  aliases: number;
}

/** Refuses operations that are deeper or larger than the limits. */
export const withinLimits: ValidationRule = (context) => ({
  OperationDefinition(operation: OperationDefinitionNode) {
    const exceeded = firstExceeded(context, operation);
    if (!exceeded) return;
    const limit = limits[exceeded];
    context.reportError(limitExceeded(`the operation has more than ${limit} ${nameOf[exceeded]}`, limit));
  },
});

const nameOf = { depth: 'levels of fields', fields: 'fields', aliases: 'aliases' } as const;
type Counted = keyof typeof nameOf;

function firstExceeded(context: ValidationContext, operation: OperationDefinitionNode): Counted | null {
  const count: Count = { fields: 0, aliases: 0 };

  function visit(set: SelectionSetNode, depth: number, introspection: boolean): Counted | null {
    if (depth > limits.depth && !introspection) return 'depth';
    for (const node of set.selections) {
      // A spread counts too: fragments without fields could otherwise call each other without end.
      if (++count.fields > limits.fields) return 'fields';
      if (node.kind === Kind.FIELD) {
        if (node.alias && ++count.aliases > limits.aliases) return 'aliases';
        const meta = introspection || node.name.value.startsWith('__');
        const below = node.selectionSet && visit(node.selectionSet, depth + 1, meta);
        if (below) return below;
        continue;
      }
      const inner =
        node.kind === Kind.INLINE_FRAGMENT
          ? node.selectionSet
          : context.getFragment(node.name.value)?.selectionSet;
      const below = inner && visit(inner, depth, introspection);
      if (below) return below;
    }
    return null;
  }

  return visit(operation.selectionSet, 1, false);
}
