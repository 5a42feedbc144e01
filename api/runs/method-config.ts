import type { z } from 'zod';
import { invalidInput } from '../errors.ts';

/** What a config is parsed with: a registered method, or the training schedule. */
export interface Configurable<Config> {
  readonly name: string;
  readonly config: z.ZodType<Config>;
  readonly presets: Readonly<Record<string, unknown>>;
}

export interface ConfigRequest {
  readonly preset: string;
  /** Laid over the preset; objects inside are laid over each other, anything else replaces. */
  readonly overrides: unknown;
  /** Name of the input's field, for the message. */
  readonly field: string;
}

/** The full settings: defaults, the preset over them, the caller's own over that. Unknown keys are errors. */
export function parseConfig<Config>(method: Configurable<Config>, request: ConfigRequest): Config {
  const { preset, overrides, field } = request;
  if (!Object.hasOwn(method.presets, preset)) {
    const known = Object.keys(method.presets).join(', ');
    throw invalidInput(`preset '${preset}': '${method.name}' has ${known}`, 'preset');
  }
  if (overrides != null && !isObject(overrides)) {
    throw invalidInput(`${field}: expected an object, received ${JSON.stringify(overrides)}`, field);
  }
  const merged = layOver(method.presets[preset], overrides ?? {});
  const parsed = method.config.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const place = [field, ...path].join('.');
    return `${place}: ${message}, received ${JSON.stringify(at(merged, path)) ?? 'nothing'}`;
  });
  throw invalidInput(`'${method.name}': ${problems.join('; ')}`, field);
}

type Plain = Record<string, unknown>;

function layOver(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over === undefined ? base : over;
  const merged: Plain = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = layOver(base[key], value);
  return merged;
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}
