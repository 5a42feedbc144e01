import { z } from 'zod';
import { SettingsError } from '../errors.ts';
import { givenGrades, ofGraders, type GradeTable } from '../grades/grade-table.ts';
import { valueNames, type DiagnosisScale } from '../grades/scale.ts';
import { configOf, versionOf } from '../method.ts';
import { labelFusions } from './index.ts';
import { decide, type FusedGrades, type GraderFigures, type TieConfig } from './label-fusion.ts';

/** The source that stands beside the graders: what the publisher of a dataset calls the truth. */
export const REFERENCE = 'reference';

const name = z.string().trim().min(1);

/** A label rule as it is asked for; docs/diagnoses.md. */
export const labelRuleInput = z.strictObject({
  source: name.nullish(),
  fusion: name.nullish(),
  config: z.record(z.string(), z.unknown()).nullish(),
  graders: z.array(name).min(1).nullish(),
  positive: z.array(name).min(1).nullish(),
  atLeast: name.nullish(),
});
export type LabelRuleInput = z.infer<typeof labelRuleInput>;

/**
 * How the label of an image, 0 or 1, is made of its diagnoses: which grade is taken (of one source, or fused from
 * graders), and which values of the scale count as 1. Two rules that mean the same are equal.
 */
export interface LabelRule {
  /** 'reference' or a grader; null where grades are fused. */
  readonly source: string | null;
  readonly fusion: { readonly method: string; readonly version: number; readonly config: TieConfig } | null;
  /** Whose grades are fused; null: of all graders, or none are. */
  readonly graders: readonly string[] | null;
  /** Names of the values that count as 1, in the order of the scale. */
  readonly positive: readonly string[];
}

/** @throws SettingsError naming the field under `labels` that cannot be, with what it may be. */
export function parseLabelRule(given: unknown, scale: DiagnosisScale): LabelRule {
  const parsed = labelRuleInput.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw wrong(path.join('.'), message);
  }
  const { source, fusion, config, graders } = parsed.data;
  if (fusion == null && config != null) throw wrong('config', 'is of a fusion: name one');
  if (fusion == null && graders != null)
    throw wrong('graders', 'are those whose grades are fused: name a fusion');
  if (fusion != null && source != null) throw wrong('source', 'give either a source or a fusion');
  return {
    source: fusion == null ? (source ?? REFERENCE) : null,
    fusion: fusion == null ? null : parseFusion(fusion, config ?? {}),
    graders: graders == null ? null : [...new Set(graders)].sort(),
    positive: positiveValues(parsed.data, scale),
  };
}

/** A rule as it was stored, to be parsed anew: methods may have new versions since. */
export function asInput({ source, fusion, graders, positive }: LabelRule): LabelRuleInput {
  return {
    ...{ source, graders: graders && [...graders], positive: [...positive] },
    ...(fusion && { fusion: fusion.method, config: { ...fusion.config } }),
  };
}

function wrong(field: string, message: string): SettingsError {
  const place = field ? `labels.${field}` : 'labels';
  return new SettingsError(`${place}: ${message}`, place);
}

function parseFusion(method: string, config: object): LabelRule['fusion'] {
  if (!labelFusions.names.includes(method))
    throw wrong(
      'fusion',
      `unknown label fusion '${method}': expected one of ${labelFusions.names.join(', ')}`,
    );
  const fusion = labelFusions.get(method);
  return { method, version: versionOf(fusion), config: configOf(fusion, { config, field: 'labels.config' }) };
}

function positiveValues({ positive, atLeast }: LabelRuleInput, scale: DiagnosisScale): string[] {
  const names = valueNames(scale);
  const known = (field: string, value: string): number => {
    const place = names.indexOf(value);
    if (place < 0) throw wrong(field, `'${value}' is none of the values ${names.join(', ')}`);
    return place;
  };
  if (positive != null && atLeast != null) throw wrong('positive', 'give either positive or atLeast');
  if (atLeast != null && scale.kind !== 'ordinal')
    throw wrong('atLeast', `the scale is ${scale.kind}, its values have no order: give positive`);
  if (positive == null && atLeast == null && scale.kind !== 'binary')
    throw wrong('positive', `say which of the values ${names.join(', ')} count as 1`);
  const from = atLeast == null ? 1 : known('atLeast', atLeast);
  const places = positive?.map((value) => known('positive', value));
  const chosen = names.filter((_, place) => (places ? places.includes(place) : place >= from));
  if (chosen.length === names.length)
    throw wrong(atLeast == null ? 'positive' : 'atLeast', 'every value would count as 1, and none as 0');
  return chosen;
}

export interface Labelled {
  /** 0 or 1; null: unknown. [n] */
  readonly labels: readonly (0 | 1 | null)[];
  /** The grade that was judged. [n] */
  readonly grades: readonly (number | null)[];
  /** Of a fusion. [n] */
  readonly probabilities: FusedGrades['probabilities'] | null;
  /** Of a fusion: those whose grades it fused, with the number of images that each graded. */
  readonly graders: readonly (GraderFigures & { readonly name: string; readonly grades: number })[];
}

/**
 * The labels of all images. `table` holds all sources, the reference too. Yields between a fusion's iterations.
 * @throws InputError where a source or grader gave no grade, or the fusion does not converge.
 */
export function* labelImages(
  rule: LabelRule,
  scale: DiagnosisScale,
  table: GradeTable,
): Generator<void, Labelled> {
  const names = valueNames(scale);
  const label = (grade: number | null) =>
    grade === null ? null : rule.positive.includes(names[grade]) ? 1 : 0;
  if (!rule.fusion) {
    const grades = gradesOf(table, [rule.source!], 'source').grades.map(([grade]) => grade);
    return { labels: grades.map(label), grades, probabilities: null, graders: [] };
  }
  const chosen = rule.graders ?? table.graders.filter((grader) => grader !== REFERENCE);
  if (chosen.length === 0) throw wrong('fusion', 'no image has a diagnosis by a grader');
  const read = gradesOf(table, chosen, 'graders');
  const fused = yield* labelFusions.get(rule.fusion.method).fuse(read, rule.fusion.config);
  if (!fused.converged)
    throw wrong('fusion', `'${rule.fusion.method}' has not converged in ${fused.iterations} iterations`);
  const grades = fused.probabilities.map((shares) => decide(shares, rule.fusion!.config));
  return {
    ...{ labels: grades.map(label), grades, probabilities: fused.probabilities },
    graders: fused.graders.map((figures, j) => ({
      ...figures,
      name: chosen[j],
      grades: givenGrades(read.grades.map((row) => row[j])).length,
    })),
  };
}

function gradesOf(table: GradeTable, graders: readonly string[], field: string): GradeTable {
  const missing = graders.find((grader) => !table.graders.includes(grader));
  if (missing === undefined) return ofGraders(table, graders);
  const known = table.graders.length ? `: expected ${table.graders.join(', ')}` : '';
  throw wrong(field, `no image has a diagnosis by '${missing}'${known}`);
}
