import { z } from 'zod';
import { parseConfig } from './method-config.ts';

const method = {
  name: 'example',
  config: z.strictObject({
    steps: z.number().int().default(10),
    net: z.strictObject({ width: z.number().default(64), depth: z.number().default(3) }).prefault({}),
  }),
  presets: { paper: {}, demo: { net: { width: 8 } } },
};
const parse = (overrides: unknown, preset = 'demo') =>
  parseConfig(method, { preset, overrides, field: 'config' });

test('defaults lie below the preset, the preset below the caller’s own', () => {
  expect(parse({ net: { depth: 5 } })).toEqual({ steps: 10, net: { width: 8, depth: 5 } });
  expect(parse(null, 'paper')).toEqual({ steps: 10, net: { width: 64, depth: 3 } });
});

test.each([
  ['an unknown preset, naming the known ones', {}, 'huge', /preset 'huge'.*paper, demo/],
  ['an unknown key', { stesp: 3 }, 'demo', /stesp/],
  [
    'a wrong value, naming place and value',
    { net: { width: 'wide' } },
    'demo',
    /config\.net\.width.*received "wide"/,
  ],
  ['what is no object', [1], 'demo', /expected an object, received \[1\]/],
])('refuses %s', (_what, overrides, preset, message) => {
  expect(() => parse(overrides, preset)).toThrow(message);
});
