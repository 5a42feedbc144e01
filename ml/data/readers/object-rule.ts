import { z } from 'zod';
import { normalName } from './normal-form.ts';
import type { ObjectRule } from './reader.ts';

const value = z.number();

/** Which values of a mask are the object. */
const objectRule = z
  .strictObject({
    equals: z.union([value, z.array(value).min(1)]).optional(),
    atLeast: value.optional(),
    atMost: value.optional(),
  })
  .refine(
    ({ equals, atLeast, atMost }) =>
      (equals !== undefined) !== (atLeast !== undefined || atMost !== undefined),
    { message: "expected 'equals', or 'atLeast' and 'atMost'" },
  )
  .refine(({ atLeast = -Infinity, atMost = Infinity }) => atLeast <= atMost, {
    message: 'atLeast is above atMost: no value is the object',
  });

/** The same for all structures, or a rule for each of them. Not a union: its errors would not say where. */
export const objectRules = z.unknown().transform((given, context) => {
  const parsed = (holdsRules(given) ? z.record(z.string(), objectRule) : objectRule).safeParse(given);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.issues.push({ ...issue, input: given } as z.core.$ZodRawIssue);
  return z.NEVER;
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const holdsRules = (value: unknown): boolean => isObject(value) && Object.values(value).some(isObject);

type ObjectRules = z.output<typeof objectRules>;

/** A rule, not rules by structure: those hold objects. */
export const isRule = (rules: ObjectRules): rules is z.infer<typeof objectRule> =>
  Object.values(rules).every((value) => typeof value === 'number' || Array.isArray(value));

export function ruleOf(rules: ObjectRules | undefined, structure: string): ObjectRule | undefined {
  if (!rules || isRule(rules)) return rules;
  return Object.entries(rules).find(([name]) => normalName(name) === structure)?.[1];
}

/** In words, for messages. */
export function describeRule({ equals, atLeast, atMost }: ObjectRule): string {
  if (equals !== undefined) return `equals ${[equals].flat().join(', ')}`;
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`]
    .filter(Boolean)
    .join(' and ');
}
