import type { Measure } from '../statistics/measure.ts';
import { undefinedMeasure } from '../statistics/measure.ts';
import { pooledOverImages } from '../statistics/pooled-over-images.ts';
import type { GradeTable } from './grade-table.ts';

export interface PooledFigure {
  /** What one image adds to the sums that the figure is made of; null where it does not enter. */
  readonly sumsOf: (row: readonly (number | null)[]) => ArrayLike<number> | null;
  /** The figure of the sums over images; null where it is undefined. */
  readonly figure: (sums: readonly number[]) => number | null;
  readonly seed: number;
  /** Why there is no figure if no image enters, and if it is undefined for those that do. */
  readonly whyNone: string;
  readonly whyUndefined: string;
}

/**
 * A figure of sums over all images, with the percentile interval of a bootstrap over subjects: all images of a subject
 * are drawn together. `count` are the images that entered, `undefinedCount` those that did not.
 */
export function pooledOverSubjects(table: GradeTable, pooled: PooledFigure): Measure {
  const { figure, seed, whyNone, whyUndefined } = pooled;
  const bySubject = new Map<string, number[]>();
  let count = 0;
  table.grades.forEach((row, i) => {
    const sums = pooled.sumsOf(row);
    if (!sums) return;
    count += 1;
    const sofar = bySubject.get(table.subjects[i]);
    if (!sofar) bySubject.set(table.subjects[i], Array.from(sums));
    else for (let k = 0; k < sums.length; k++) sofar[k] += sums[k];
  });
  const left = table.grades.length - count;
  if (count === 0) return undefinedMeasure(whyNone, left);
  const named = [...bySubject.values()].map((sums) => Object.fromEntries(sums.entries()));
  const measure = pooledOverImages(named, (sums) => figure(Object.values(sums)), { seed, whyUndefined });
  if (measure.value === null) return undefinedMeasure(whyUndefined, table.grades.length);
  const note = bySubject.size === 1 ? 'one subject: the interval says nothing' : measure.note;
  return { ...measure, count, undefinedCount: left, note };
}
