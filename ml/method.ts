import { InputError } from './errors.ts';
import type { Configurable } from './settings/config-of.ts';

export { configOf } from './settings/config-of.ts';

/** What every registered method (model, fusion, phantom, experiment) says of itself. */
export interface Method<Config = unknown> extends Configurable<Config> {
  /** Public name: the key in the registry, in the API and in stored results. */
  readonly name: string;
  /** One sentence for a reader who chooses between methods. */
  readonly summary: string;
  /** Where it comes from: authors, title, venue, year; says so where the wiring is our own. */
  readonly citation: string;
  /**
   * What is our own choice because the publication does not state it, or states it differently from its code; null
   * where the method is built as published and held to a reference.
   */
  readonly reconstruction: string | null;
  /**
   * One line for each version, the oldest first. A change that alters results adds a line: earlier results then keep
   * their version, and the same request computes anew.
   */
  readonly history: readonly [string, ...string[]];
  /** What a preset is for, where its name is not in `PRESETS`. */
  readonly presetSummaries?: Readonly<Record<string, string>>;
}

/** What a method says of itself in words. */
export type About = Omit<Method, keyof Omit<Configurable, 'name'>>;

/** The version of a method: how many lines its history has. */
export const versionOf = ({ history }: Pick<Method, 'history'>): number => history.length;

/** The presets that methods share, and what they are for. */
export const PRESETS: Readonly<Record<string, string>> = {
  paper: 'The network sizes and the schedule of the publication.',
  demo: 'Small networks and few steps; takes minutes on two cores.',
  'authors-code':
    "The schedule and the objective of the authors' public code where they differ from the text.",
};

/** What a preset is for, in one sentence. */
export function presetSummary(
  { name, presetSummaries = {} }: Pick<Method, 'name' | 'presetSummaries'>,
  preset: string,
): string {
  const summary = presetSummaries[preset] ?? PRESETS[preset];
  if (!summary) throw new Error(`'${name}' does not say what its preset '${preset}' is for`);
  return summary;
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
