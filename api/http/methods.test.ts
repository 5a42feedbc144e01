import { methodKinds } from '../../ml/method-kinds.ts';
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import type { Method } from '../methods/method.type.ts';
import { SettingType, type Setting } from '../methods/setting.type.ts';

const everything = /* GraphQL */ `
  fragment Settings on Setting {
    path
    description
    source
    unit
    type
    itemType
    nullable
    required
    default
    choices
    minimum
    maximum
    exclusiveMinimum
    exclusiveMaximum
    multipleOf
    minItems
    maxItems
    ofKind
  }
  query {
    methods {
      kind
      name
      summary
      citation
      reconstruction
      version
      history
      needs
      task
      configSchema
      settings {
        ...Settings
      }
      presets
      presetList {
        name
        summary
        settings
      }
      training {
        configSchema
        settings {
          ...Settings
        }
        presets {
          name
          summary
          settings
        }
      }
      seesLabel
      needsDiagnosisModel
      crossFits
      maskUse
      diagnosisTraits
      wantsOfDiagnosisModel
    }
  }
`;

let api: TestApi;
let methods: readonly Method[];
const named = (name: string): Method => methods.find((method) => method.name === name)!;
const setting = (settings: readonly Setting[], path: string): Setting =>
  settings.find((one) => one.path === path)!;

async function ask(query: string): Promise<Method[]> {
  const { data } = (await api.ask(query)) as { data: { methods: Method[] } };
  return data.methods;
}

beforeAll(async () => {
  api = await testApi();
  methods = await ask(everything);
});
afterAll(() => api.close());

test('every method of every kind is there, and can be asked for by kind', async () => {
  const names = Object.values(methodKinds).flatMap((kind) => kind.list().map(({ method }) => method.name));
  expect(methods.map(({ name }) => name)).toEqual(names);
  const simulated = await ask('{ methods(kind: PHANTOM) { kind name } }');
  expect(simulated).toEqual(
    ['fundus', 'ultrasound', 'dermoscopy'].map((name) => ({ kind: 'PHANTOM', name })),
  );
});

// Counted in the JSON Schema, by a walk that knows nothing of the list.
test('every setting that the JSON Schema has is in the list, described, with the source of its default', () => {
  const trainings = methods.flatMap(({ training }) => training ?? []);
  for (const { configSchema, settings } of [...methods, ...trainings]) {
    expect(new Set(settings.map(({ path }) => path))).toEqual(new Set(pathsIn(configSchema as Schema)));
  }
  const all = [...methods, ...trainings].flatMap(({ settings }) => settings);
  const described = all.filter(({ description }) => description.length > 0);
  expect(`${described.length} of ${all.length}`).toBe(`${all.length} of ${all.length}`);
  const unexplained = all.filter(
    ({ type, required, source }) => type !== SettingType.OBJECT && !required && !source,
  );
  expect(unexplained.map(({ path }) => path)).toEqual([]);
});

test('a setting says what a form needs: type, default, bounds, unit, choices', () => {
  const { settings } = named('df-gt-expg');
  expect(setting(settings, 'hidden')).toMatchObject({
    type: 'INTEGER',
    default: 128,
    unit: 'channels',
    maximum: 1024,
  });
  expect(setting(settings, 'learningRate')).toMatchObject({
    type: 'NUMBER',
    minimum: 0,
    exclusiveMinimum: true,
  });
  expect(setting(settings, 'label')).toMatchObject({
    type: 'STRING',
    choices: ['given', 'pseudo'],
    default: 'given',
  });
  const blocks = setting(named('take-and-give').settings, 'blocks');
  expect(blocks).toMatchObject({ type: 'ARRAY', itemType: 'STRING', default: ['B1', 'B2', 'B3'] });
});

test('description, source and unit stand in the JSON Schema too', () => {
  const { properties } = named('df-gt-expg').configSchema as Schema;
  expect(properties!['hidden']).toMatchObject({
    default: 128,
    unit: 'channels',
    source: "The authors' code.",
  });
});

test('networks have the settings and presets of a training; what is fitted at once has none', () => {
  const { training } = named('baseline-seg');
  expect(setting(training!.settings, 'learningRate')).toMatchObject({ default: 1e-4 });
  expect(setting(training!.settings, 'schedule.factor')).toMatchObject({ ofKind: 'step', default: 0.5 });
  expect(training!.presets.map(({ name }) => name)).toEqual(['paper', 'demo']);
  expect(named('dl-cat').training).not.toBeNull();
  expect(named('vcdr-svm').training).toBeNull();
  expect(named('staple').training).toBeNull();
});

test('what a method needs, and what it makes of labels and masks', () => {
  expect(named('majority-vote')).toMatchObject({
    needs: ['RATERS'],
    seesLabel: false,
    maskUse: null,
    task: null,
  });
  expect(named('df-gt-expg')).toMatchObject({
    needs: ['RATERS', 'DIAGNOSES', 'DIAGNOSIS_MODEL'],
    seesLabel: true,
  });
  expect(named('df-gt-training-map')).toMatchObject({
    needs: ['RATERS', 'DIAGNOSES', 'DIAGNOSIS_MODEL'],
    seesLabel: false,
    crossFits: true,
  });
  expect(named('no-mask')).toMatchObject({ needs: ['DIAGNOSES'], maskUse: 'NONE', task: 'diagnosis' });
  expect(named('dl-cat')).toMatchObject({ needs: ['MASKS', 'DIAGNOSES'], maskUse: 'DIFFERENTIABLE' });
  const both = ['MASK_GRADIENT', 'ALIGNED_FEATURES'];
  expect(named('dl-cat')).toMatchObject({ diagnosisTraits: both, wantsOfDiagnosisModel: [] });
  expect(named('dl-roi')).toMatchObject({ diagnosisTraits: [] });
  expect(named('take-and-give')).toMatchObject({ diagnosisTraits: [], wantsOfDiagnosisModel: both });
  expect(named('df-gt-raw')).toMatchObject({ wantsOfDiagnosisModel: ['MASK_GRADIENT'] });
  expect(named('take-and-give')).toMatchObject({ needs: ['MASKS', 'DIAGNOSIS_MODEL'], task: 'segmentation' });
});

test('a method states its version, where it comes from and what of it is our own choice', () => {
  for (const { version, history, citation, summary } of methods) {
    expect(version).toBe(history.length);
    expect(citation).not.toBe('');
    expect(summary).not.toBe('');
  }
  expect(named('majority-vote').reconstruction).toBeNull();
  expect(named('dl-seat').reconstruction).toMatch(/publication's text/);
});

test('presets come with their settings and with what they are for', () => {
  for (const { presets, presetList } of methods) {
    expect(Object.fromEntries(presetList.map(({ name, settings }) => [name, settings]))).toEqual(presets);
    for (const { summary } of presetList) expect(summary).not.toBe('');
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Paths of all properties, whichever member of a union has them. */
function pathsIn({ properties = {}, anyOf = [], oneOf = [] }: Schema): string[] {
  const own = Object.entries(properties).flatMap(([key, child]) => [
    key,
    ...pathsIn(child).map((path) => `${key}.${path}`),
  ]);
  return [...own, ...[...anyOf, ...oneOf].flatMap(pathsIn)];
}
