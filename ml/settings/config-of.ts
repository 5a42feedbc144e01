import type { z } from 'zod';
import { SettingsError } from '../errors.ts';
import { isPlainObject, layOver, type Partly } from './lay-over.ts';

/** What has settings: a registered method, or the training schedule. */
export interface Configurable<Config = unknown> {
  readonly name: string;
  /** The settings with their defaults; unknown keys are errors. */
  readonly config: z.ZodType<Config>;
  /** Named settings laid over the defaults: `paper` (the paper's sizes), `demo` (minutes on two cores), others. */
  readonly presets: Readonly<Record<string, object & NoInfer<Partly<Config>>>>;
}

export interface ConfigRequest {
  readonly preset?: string;
  /** Laid over the preset. */
  readonly config?: unknown;
  /** What messages call `config`: the name of the field in the request. */
  readonly field?: string;
}

/** The settings of a method to which nothing was said. */
export const defaultsOf = <Config>({ config }: Pick<Configurable<Config>, 'config'>): Config =>
  config.parse({});

/**
 * The full settings of a method: its defaults, the preset over them, the request over both, merged by `layOver`.
 * @throws SettingsError for an unknown preset, unknown keys and bad values; it names place and received value.
 */
export function configOf<Config>(
  method: Configurable<Config>,
  { preset, config = {}, field = 'config' }: ConfigRequest = {},
): Config {
  if (!isPlainObject(config)) {
    throw new SettingsError(`${field}: expected an object, received ${shown(config)}`, field);
  }
  const base = layOver(defaultsOf(method), presetOf(method, preset));
  const merged = layOver(base, config);
  const parsed = method.config.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const place = [field, ...path].join('.');
    return `${place}: ${message}, received ${shown(valueAt(merged, path))}`;
  });
  throw new SettingsError(`'${method.name}': ${problems.join('; ')}`, field);
}

function presetOf({ name, presets }: Configurable, preset: string | undefined): unknown {
  if (preset === undefined) return {};
  if (Object.hasOwn(presets, preset)) return presets[preset];
  const known = Object.keys(presets).join(', ');
  throw new SettingsError(`preset '${preset}': '${name}' has ${known}`, 'preset');
}

/** A value for a message, cut short where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}
