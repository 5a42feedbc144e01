import { givenGrades, type GradeTable } from '../grades/grade-table.ts';

/** Share of each image's graders who say each class; null where nobody graded it. */
export function voteShares({ grades, classes }: GradeTable): (Float64Array | null)[] {
  return grades.map((row) => {
    const given = givenGrades(row);
    if (given.length === 0) return null;
    const shares = new Float64Array(classes);
    for (const grade of given) shares[grade] += 1;
    return shares.map((count) => count / given.length);
  });
}
