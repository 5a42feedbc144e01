import { z } from 'zod';
import type { DiagnosisScale } from '../../grades/scale.ts';
import { valueNames } from '../../grades/scale.ts';

const name = z.string().trim().min(1).max(200);

/** The values that diagnoses take, where they are not 0 and 1. */
export const diagnosisScale = z.strictObject({
  kind: z.enum(['binary', 'nominal', 'ordinal']).meta({
    description: 'binary: 0 and 1; nominal: classes without order; ordinal: grades in order.',
  }),
  values: z.array(name).min(2).max(100).meta({ description: 'Names of the values, the least first.' }),
});

/** The table's words: each stands for a value, by number or by name, or for null: unknown. */
export const diagnosisValues = z.record(z.string(), z.union([z.int().min(0), name, z.null()]));

interface Settings {
  readonly diagnosisScale?: z.infer<typeof diagnosisScale> | null;
  readonly diagnosisValues?: z.infer<typeof diagnosisValues>;
  /** Of the values 0 and 1, where no scale is given. */
  readonly diagnosisNames?: readonly string[];
}

/** The scale of a dataset, and what its words mean on it. */
export interface DiagnosisWords {
  readonly scale: DiagnosisScale;
  /** The grade that a word stands for; null: declared unknown; undefined: no declared word. */
  read(word: string): number | null | undefined;
  /** The declared words, for messages. */
  readonly words: readonly string[];
}

type Fail = (field: string, message: string) => Error;

/** Without a scale the values are 0 and 1. @throws what `fail` makes for settings that do not fit together. */
export function diagnosisWords(settings: Settings, fail: Fail): DiagnosisWords {
  const { diagnosisScale: given, diagnosisNames = [], diagnosisValues: declared } = settings;
  if (given && diagnosisNames.length > 0)
    throw fail('diagnosisNames', 'diagnosisScale names the values: leave it out');
  if (given && new Set(given.values).size < given.values.length)
    throw fail('diagnosisScale.values', 'two have the same name');
  if (given?.kind === 'binary' && given.values.length !== 2)
    throw fail('diagnosisScale.values', `a binary scale has two values: received ${given.values.length}`);
  const scale: DiagnosisScale = given
    ? { kind: given.kind, names: given.values }
    : { kind: 'binary', names: diagnosisNames };
  const meanings = new Map<string, number | null>();
  // The names of a declared scale are words by themselves; words of 0 and 1 are those declared, or 0 and 1.
  if (given) given.values.forEach((value, place) => meanings.set(value, place));
  for (const [word, value] of Object.entries(declared ?? (given ? {} : { '0': 0, '1': 1 })))
    meanings.set(word.trim(), placeOf(word, value, scale, fail));
  return {
    scale,
    words: [...meanings.keys()],
    read: (word) => meanings.get(word) ?? (meanings.has(word) ? null : byNumber(meanings, word)),
  };
}

function placeOf(
  word: string,
  value: number | string | null,
  scale: DiagnosisScale,
  fail: Fail,
): number | null {
  if (value === null) return null;
  const names = valueNames(scale);
  const place = typeof value === 'number' ? value : names.indexOf(value);
  if (place >= 0 && place < names.length) return place;
  throw fail(`diagnosisValues.${word}`, `${JSON.stringify(value)} is none of the values ${names.join(', ')}`);
}

/** '1.0', as a table with gaps is written by pandas, is the declared '1'. */
function byNumber(meanings: ReadonlyMap<string, number | null>, word: string): number | null | undefined {
  if (!/^[+-]?\d+\.0*$/.test(word)) return undefined;
  return meanings.get(String(Number(word)));
}
