import type { GradeTable } from './grade-table.ts';

/** Rows of digits, a grader each; '-' is no grade. Every image shows another subject unless said. */
export function tableOf(
  rows: readonly string[],
  { classes, subjects }: { classes?: number; subjects?: readonly string[] } = {},
): GradeTable {
  const grades = rows.map((row) => [...row].map((c) => (c === '-' ? null : Number(c))));
  const ids = rows.map((_, i) => `image ${i}`);
  return {
    classes: classes ?? Math.max(...grades.flat().map((grade) => grade ?? 0)) + 1,
    graders: (grades[0] ?? []).map((_, j) => `g${j + 1}`),
    ids,
    subjects: subjects ?? ids,
    grades,
  };
}
