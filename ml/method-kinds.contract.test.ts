import { methodKinds } from './method-kinds.ts';
import { presetSummary, versionOf, type Method } from './method.ts';
import { configOf, type Configurable } from './settings/config-of.ts';
import { listSettings, type Setting } from './settings/list-settings.ts';
import { trainingSettings } from './training/training-config.ts';

const methods = Object.values(methodKinds).flatMap((kind) => kind.list().map(({ method }) => method));
const configurable: Configurable[] = [...methods, trainingSettings];

describe.each(methods.map((method): [string, Method] => [method.name, method]))('%s', (_, method) => {
  test('has a version, with a line of history for each', () => {
    expect(versionOf(method)).toBeGreaterThan(0);
    expect(method.history.filter((line) => line.trim() === '')).toEqual([]);
  });

  test('says where it comes from and what of it is our own choice', () => {
    expect(method.citation).not.toBe('');
    expect(method.reconstruction).not.toBe('');
  });

  test('says what each preset is for', () => {
    for (const preset of Object.keys(method.presets)) expect(presetSummary(method, preset)).not.toBe('');
  });
});

describe.each(configurable.map((one): [string, Configurable] => [one.name, one]))('%s', (_, method) => {
  const settings = listSettings(method);
  const where = (fault: (setting: Setting) => boolean): string[] =>
    settings.filter(fault).map(({ path }) => path);

  test('every setting is described', () => {
    expect(where(({ description }) => !description?.trim())).toEqual([]);
  });

  test('every setting with a default says why it is so; a group may leave that to its settings', () => {
    expect(where((one) => !one.required && !isGroup(one, settings) && !one.source?.trim())).toEqual([]);
  });

  test('every number states its unit, or null where it has no dimension; nothing else does', () => {
    expect(where((one) => isNumber(one) !== (one.unit !== undefined))).toEqual([]);
    expect(where(({ unit }) => unit === '')).toEqual([]);
  });

  test('no method needs a setting to be given: only what stands in a group that is null by default is required', () => {
    const offByDefault = where(({ type, default: value }) => type === 'object' && value === null);
    const inside = (path: string): boolean => offByDefault.some((group) => path.startsWith(`${group}.`));
    expect(where(({ path, required }) => required && !inside(path))).toEqual([]);
  });

  test('every preset is valid settings, each key of it where the settings have one', () => {
    for (const preset of Object.keys(method.presets)) {
      expect(configOf(method, { preset })).toMatchObject(method.presets[preset]);
    }
  });
});

const isNumber = ({ type, itemType }: Setting): boolean =>
  [type, itemType].some((one) => one === 'number' || one === 'integer');

const isGroup = ({ path }: Setting, all: readonly Setting[]): boolean =>
  all.some((other) => other.path.startsWith(`${path}.`));
