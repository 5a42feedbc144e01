import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { parseConfig } from './method-config.ts';

const method = {
  name: 'example',
  config: z.strictObject({ steps: z.number().int().default(10), rate: z.number().default(1) }),
  presets: { paper: {}, demo: { steps: 2 } },
};
const parse = (overrides: unknown, preset = 'demo') =>
  parseConfig(method, { preset, overrides, field: 'training' });

test('overrides go over the preset; null overrides nothing', () => {
  expect(parse({ rate: 3 })).toEqual({ steps: 2, rate: 3 });
  expect(parse(null, 'paper')).toEqual({ steps: 10, rate: 1 });
});

test.each([
  ['an unknown preset', {}, 'huge', 'preset', /preset 'huge'.*paper, demo/],
  ['a wrong value', { rate: 'fast' }, 'demo', 'training', /training\.rate.*received "fast"/],
])('%s is INVALID_INPUT and names the field', (_what, overrides, preset, field, message) => {
  const error = errorOf(() => parse(overrides, preset));
  expect(error.message).toMatch(message);
  expect(error.extensions).toEqual({ code: 'INVALID_INPUT', field });
});

function errorOf(refused: () => unknown): GraphQLError {
  try {
    refused();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
  }
  throw new Error('expected a GraphQLError');
}
