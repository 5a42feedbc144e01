import { z } from 'zod';
import type { Method } from '../method.ts';
import type { Measure } from '../statistics/measure.ts';
import type { GradeTable } from './grade-table.ts';

/** A number that says how far graders agree; its file opens with what it computes. Higher is better. */
export interface GradeMetric extends Method<Record<string, never>> {
  /** The definition in one line. */
  readonly formula: string;
  /** `ordinal`: the order of the values counts, so it is measured on ordinal scales alone. */
  readonly scale: 'any' | 'ordinal';
  /** Of all graders together, or of two. */
  readonly of: 'all' | 'pair';
  /** `table` holds the graders that are compared, and no others. */
  measure(table: GradeTable, seed: number): Measure | Promise<Measure>;
}

/** What metrics of grades have in common: no settings. */
export const noSettings = { config: z.strictObject({}), presets: {} } as const;

/** Notes on a figure that cannot be. */
export const why = {
  notBoth: 'no image that both graded',
  notTwo: 'no image with two grades',
  equal: 'all grades are equal',
} as const;
