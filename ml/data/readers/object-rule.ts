import { z } from 'zod';
import { normalName } from './normal-form.ts';
import type { ObjectRule } from './reader.ts';

const value = z.number();

/** Which values of a mask are the object. */
export const objectRule = z.union([
  z.strictObject({ equals: z.union([value, z.array(value).min(1)]) }),
  z
    .strictObject({ atLeast: value.optional(), atMost: value.optional() })
    .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, {
      message: "expected 'equals', 'atLeast' or 'atMost'",
    })
    .refine(({ atLeast = -Infinity, atMost = Infinity }) => atLeast <= atMost, {
      message: 'atLeast is above atMost: no value is the object',
    }),
]);

/** The same for all structures, or a rule for each of them. */
export const objectRules = z.union([objectRule, z.record(z.string(), objectRule)]);

type ObjectRules = z.infer<typeof objectRules>;

/** A rule, not rules by structure: those hold objects. */
export const isRule = (rules: ObjectRules): rules is z.infer<typeof objectRule> =>
  Object.values(rules).every((value) => typeof value === 'number' || Array.isArray(value));

export function ruleOf(rules: ObjectRules | undefined, structure: string): ObjectRule | undefined {
  if (!rules || isRule(rules)) return rules;
  return Object.entries(rules).find(([name]) => normalName(name) === structure)?.[1];
}

/** In words, for messages. */
export function describeRule(rule: ObjectRule): string {
  if ('equals' in rule) return `equals ${[rule.equals].flat().join(', ')}`;
  const { atLeast, atMost } = rule;
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`]
    .filter(Boolean)
    .join(' and ');
}
