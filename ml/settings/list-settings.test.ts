import { z } from 'zod';
import { listSettings } from './list-settings.ts';

const about = (description: string, unit: string | null = null) => ({
  description,
  source: 'A reason.',
  unit,
});
const list = (shape: z.core.$ZodLooseShape) => listSettings({ config: z.strictObject(shape) });

test('a setting is listed with its type, default, bounds, unit and words', () => {
  const epochs = z.int().min(1).max(9).default(3).meta(about('Passes.', 'epochs'));
  expect(list({ epochs })).toEqual([
    {
      path: 'epochs',
      type: 'integer',
      itemType: null,
      nullable: false,
      default: 3,
      required: false,
      choices: null,
      minimum: 1,
      maximum: 9,
      exclusiveMinimum: false,
      exclusiveMaximum: false,
      multipleOf: null,
      minItems: null,
      maxItems: null,
      ofKind: null,
      description: 'Passes.',
      source: 'A reason.',
      unit: 'epochs',
    },
  ]);
});

test('exclusive bounds, multiples and free whole numbers', () => {
  const [rate, width, free] = list({
    rate: z.number().gt(0).lt(1).default(0.5),
    width: z.int().min(2).multipleOf(2).default(4),
    free: z.int().default(0),
  });
  expect(rate).toMatchObject({ type: 'number', minimum: 0, maximum: 1 });
  expect(rate).toMatchObject({ exclusiveMinimum: true, exclusiveMaximum: true });
  expect(width).toMatchObject({ minimum: 2, exclusiveMinimum: false, multipleOf: 2 });
  expect(free).toMatchObject({ minimum: null, maximum: null });
});

test('a number that a word may replace lists the word; null may stand where it is allowed', () => {
  const [weight, clip, name] = list({
    weight: z.union([z.literal('balanced'), z.number().gt(0)]).default('balanced'),
    clip: z.number().gt(0).nullable().default(null),
    name: z.string().nullable().default(null),
  });
  expect(weight).toMatchObject({ type: 'number', choices: ['balanced'], minimum: 0, default: 'balanced' });
  expect(clip).toMatchObject({ type: 'number', nullable: true, default: null, minimum: 0 });
  expect(name).toMatchObject({ type: 'string', nullable: true });
});

test('lists and tuples say what their items are and how many there may be', () => {
  const [blocks, patches, named] = list({
    blocks: z
      .array(z.enum(['B1', 'B2']))
      .min(1)
      .default(['B1']),
    patches: z.tuple([z.int().min(1), z.int().min(1)]).default([2, 1]),
    named: z.array(z.string()).nullable().default(null),
  });
  expect(blocks).toMatchObject({ type: 'array', itemType: 'string', choices: ['B1', 'B2'], minItems: 1 });
  expect(patches).toMatchObject({ type: 'array', itemType: 'integer', minimum: 1, minItems: 2, maxItems: 2 });
  expect(named).toMatchObject({ type: 'array', itemType: 'string', nullable: true });
});

test('a group stands before its settings, whose defaults are those of the group’s own default', () => {
  const size = z.strictObject({ width: z.int().default(1), height: z.int().default(1) });
  const all = list({ size: size.default({ width: 7, height: 8 }).meta({ description: 'A group.' }) });
  expect(all.map(({ path, type, default: value }) => [path, type, value])).toEqual([
    ['size', 'object', { width: 7, height: 8 }],
    ['size.width', 'integer', 7],
    ['size.height', 'integer', 8],
  ]);
});

test('in a group that is null by default, what must be given has no default', () => {
  const all = list({ fold: z.strictObject({ index: z.int() }).nullable().default(null) });
  expect(all).toMatchObject([
    { path: 'fold', type: 'object', nullable: true, default: null },
    { path: 'fold.index', type: 'integer', nullable: false, default: undefined, required: true },
  ]);
});

test('of a union of objects, `kind` is listed once and each setting with the kind that has it', () => {
  const constant = z.strictObject({ kind: z.literal('constant') }).meta({ description: 'One rate.' });
  const step = z
    .strictObject({ kind: z.literal('step'), factor: z.number().default(0.5) })
    .meta({ description: 'It falls.' });
  const schedule = z.discriminatedUnion('kind', [constant, step]).default({ kind: 'constant' });
  expect(list({ schedule })).toMatchObject([
    { path: 'schedule', type: 'object', default: { kind: 'constant' } },
    {
      path: 'schedule.kind',
      choices: ['constant', 'step'],
      default: 'constant',
      ofKind: null,
      description: 'constant: One rate. step: It falls.',
    },
    { path: 'schedule.factor', ofKind: 'step', default: 0.5 },
  ]);
});

test('a union of objects that nothing tells apart is refused: settings of one would be merged into the other', () => {
  const either = z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int() })]);
  expect(() => list({ either: either.default({ a: 1 }) })).toThrow(/told apart by `kind`/);
});
