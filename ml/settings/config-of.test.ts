import { z } from 'zod';
import { dlAtt } from '../diagnosis/dl-att.ts';
import { SettingsError } from '../errors.ts';
import { configOf, type ConfigRequest } from './config-of.ts';
import { layOver } from './lay-over.ts';

const method = {
  name: 'example',
  config: z.strictObject({
    steps: z.int().default(10),
    net: z
      .strictObject({ width: z.number().default(64), depth: z.number().default(3) })
      .default({ width: 16, depth: 2 }),
    blocks: z.array(z.string()).default(['B1', 'B2']),
    limit: z.number().nullable().default(5),
    schedule: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('constant') }),
        z.strictObject({
          kind: z.literal('step'),
          factor: z.number().default(0.5),
          every: z.int().default(10),
        }),
      ])
      .default({ kind: 'step', factor: 0.3, every: 4 }),
  }),
  presets: {
    paper: {},
    demo: { steps: 2, net: { width: 8 }, schedule: { kind: 'step' as const, every: 2 } },
  },
};
const config = (request: ConfigRequest) => configOf(method, request);

test('the preset goes over the defaults and the request over both, at every depth', () => {
  expect(config({ preset: 'demo', config: { net: { depth: 5 } } })).toEqual({
    steps: 2,
    net: { width: 8, depth: 5 },
    blocks: ['B1', 'B2'],
    limit: 5,
    schedule: { kind: 'step', factor: 0.3, every: 2 },
  });
});

test('a part of a nested object leaves its other defaults in place, also where the object has defaults of its own', () => {
  expect(config({ config: { net: { depth: 5 } } }).net).toEqual({ width: 16, depth: 5 });
});

test('lists and null replace; undefined changes nothing', () => {
  const { blocks, limit, steps } = config({ config: { blocks: [], limit: null, steps: undefined } });
  expect({ blocks, limit, steps }).toEqual({ blocks: [], limit: null, steps: 10 });
});

test('another kind replaces the whole object and inherits nothing from the kind that it replaces', () => {
  expect(config({ config: { schedule: { kind: 'constant' } } }).schedule).toEqual({ kind: 'constant' });
  const base = { kind: 'a', shared: 1 };
  expect(layOver(base, { kind: 'b' })).toEqual({ kind: 'b' });
});

test('the same kind, stated or not, keeps what it was given', () => {
  const kept = { kind: 'step', factor: 0.3, every: 7 };
  expect(config({ config: { schedule: { kind: 'step', every: 7 } } }).schedule).toEqual(kept);
  expect(config({ config: { schedule: { every: 7 } } }).schedule).toEqual(kept);
});

test('no object that was given is changed or handed on', () => {
  const given = { net: { depth: 5 } };
  const merged = config({ preset: 'demo', config: given });
  merged.net.width = 99;
  expect(given).toEqual({ net: { depth: 5 } });
  expect(method.presets.demo.net).toEqual({ width: 8 });
});

test.each<[string, ConfigRequest, RegExp, string]>([
  ['an unknown preset, naming the known ones', { preset: 'huge' }, /preset 'huge'.*paper, demo/, 'preset'],
  ['an inherited name for a preset', { preset: 'toString' }, /preset 'toString'/, 'preset'],
  ['an unknown key', { config: { stesp: 3 } }, /stesp/, 'config'],
  ['an unknown key deep inside', { config: { net: { with: 3 } } }, /config\.net: .*with/, 'config'],
  [
    'a key that names the prototype',
    { config: JSON.parse('{"__proto__": {"steps": 3}}') },
    /__proto__/,
    'config',
  ],
  ['a key of another kind', { config: { schedule: { kind: 'constant', factor: 1 } } }, /factor/, 'config'],
  [
    'a wrong value, naming place and value',
    { config: { net: { width: 'wide' } }, field: 'training' },
    /'example': training\.net\.width: .*received "wide"/,
    'training',
  ],
  ['null for an object', { config: { net: null } }, /config\.net: .*received null/, 'config'],
  ['what is no object', { config: [1] }, /config: expected an object, received \[1\]/, 'config'],
])('refuses %s', (_what, request, message, field) => {
  expect(() => config(request)).toThrow(message);
  expect(fieldOf(() => config(request))).toBe(field);
});

// Before, the rest of the trunk became ResNet50's, because zod forgets an object's default once a part of it is given.
test('one width of DL-ATT’s trunk leaves it the small network that it is by default', () => {
  const { trunk } = configOf(dlAtt, { config: { trunk: { stem: 32 } } });
  expect(trunk).toEqual({ block: 'basic', stem: 32, widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2] });
});

function fieldOf(refused: () => unknown): string | undefined {
  try {
    refused();
  } catch (error) {
    return error instanceof SettingsError ? error.field : undefined;
  }
  return undefined;
}
