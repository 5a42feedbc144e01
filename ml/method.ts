import type { z } from 'zod';
import { InputError } from './errors.ts';

/** What every registered method (model, fusion, phantom, experiment) says of itself. */
export interface Method<Config = unknown> {
  /** Public name: the key in the registry, in the API and in stored results. */
  readonly name: string;
  /** One sentence for a reader who chooses between methods. */
  readonly summary: string;
  /** Where it comes from: authors, title, venue, year; says so where the wiring is our own. */
  readonly citation: string;
  /** Hyper-parameters with defaults, each with its reason or source; unknown keys are errors. */
  readonly config: z.ZodType<Config>;
  /** Named settings laid over the defaults: `paper` (the paper's sizes), `demo` (minutes on two cores), others. */
  readonly presets: Readonly<Record<string, Partial<Config>>>;
  /** One line for each version, the oldest first. A change that alters results adds a line. */
  readonly history?: readonly string[];
}

/** The version of a method: how many lines its history has. */
export const versionOf = ({ history = ['first'] }: Pick<Method, 'history'>): number => history.length;

/**
 * The full configuration: defaults, then the preset's settings, then `config`, key by key (a nested object replaces
 * the preset's as a whole).
 * @throws InputError for an unknown preset; ZodError for unknown keys and bad values.
 */
export function configOf<Config>(
  method: Pick<Method<Config>, 'name' | 'config' | 'presets'>,
  { preset, config = {} }: { preset?: string; config?: Readonly<Record<string, unknown>> } = {},
): Config {
  if (preset !== undefined && !Object.hasOwn(method.presets, preset)) {
    const known = Object.keys(method.presets).join(', ');
    throw new InputError(`'${method.name}' has no preset '${preset}': expected one of ${known}`);
  }
  return method.config.parse({ ...(preset === undefined ? {} : method.presets[preset]), ...config });
}

export interface Registry<M extends Method> {
  readonly kind: string;
  readonly names: readonly string[];
  list(): readonly M[];
  /** @throws InputError naming the unknown method and the known ones. */
  get(name: string): M;
}

/** A registry is a list of specs: adding a method is one file and one line. */
export function createRegistry<M extends Method>(kind: string, methods: readonly M[]): Registry<M> {
  const byName = new Map(methods.map((method) => [method.name, method]));
  if (byName.size !== methods.length) throw new Error(`two ${kind} methods share a name`);
  const names = [...byName.keys()];
  return {
    kind,
    names,
    list: () => methods,
    get(name) {
      const method = byName.get(name);
      if (!method) throw new InputError(`unknown ${kind} '${name}': expected one of ${names.join(', ')}`);
      return method;
    },
  };
}
