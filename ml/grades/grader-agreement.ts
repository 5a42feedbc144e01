import type { Measure } from '../statistics/measure.ts';
import { checkGrades, ofGraders, type GradeTable } from './grade-table.ts';
import { gradeMetrics } from './index.ts';

/** A number of all graders, or of two. */
export interface GraderMeasure extends Measure {
  readonly name: string;
  readonly grader?: string;
  readonly otherGrader?: string;
}

interface GraderAgreementOptions {
  readonly ordinal: boolean;
  /** A column that stands beside the graders: it is compared with each of them, and is not one of 'all'. */
  readonly reference: string;
  /** Of the bootstrap over subjects. */
  readonly seed: number;
}

/**
 * How far graders agree: every metric that the scale allows, of all graders together and of every two; each grader is
 * also compared with the reference, where there is one. An image enters a number with the graders who graded it.
 */
export async function* graderAgreement(
  table: GradeTable,
  { ordinal, reference, seed }: GraderAgreementOptions,
): AsyncGenerator<GraderMeasure> {
  checkGrades(table);
  const metrics = gradeMetrics.list().filter(({ scale }) => ordinal || scale === 'any');
  const graders = table.graders.filter((grader) => grader !== reference);
  const all = ofGraders(table, graders);
  for (const metric of metrics.filter(({ of }) => of === 'all'))
    yield { name: metric.name, ...(await metric.measure(all, seed)) };
  const sources = table.graders.includes(reference) ? [...graders, reference] : graders;
  for (const [i, grader] of sources.entries()) {
    for (const otherGrader of sources.slice(i + 1)) {
      const two = ofGraders(table, [grader, otherGrader]);
      for (const metric of metrics.filter(({ of }) => of === 'pair'))
        yield { name: metric.name, grader, otherGrader, ...(await metric.measure(two, seed)) };
    }
  }
}
