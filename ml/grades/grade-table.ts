import { InputError } from '../errors.ts';

/** Who gave which grade to which image. n images, m graders; grades are the places of values on the scale, from 0. */
export interface GradeTable {
  /** Values that the scale has. */
  readonly classes: number;
  readonly graders: readonly string[]; // [m]
  /** Names of the images, for messages. */
  readonly ids: readonly string[]; // [n]
  /** Whom each image shows: intervals resample subjects, so that images of one person stay together. */
  readonly subjects: readonly string[]; // [n]
  /** null: not graded, or unknown. */
  readonly grades: readonly (readonly (number | null)[])[]; // [n, m]
}

/** @throws InputError naming image and grader where a grade is not on the scale, or a row is not as long as it must be. */
export function checkGrades({ classes, graders, ids, subjects, grades }: GradeTable): void {
  if (!Number.isInteger(classes) || classes < 2)
    throw new InputError(`a scale has two values or more: received ${classes}`);
  if (ids.length !== grades.length || subjects.length !== grades.length)
    throw new InputError(
      `${grades.length} rows of grades, ${ids.length} ids and ${subjects.length} subjects`,
    );
  grades.forEach((row, i) => {
    if (row.length !== graders.length)
      throw new InputError(`image '${ids[i]}': ${row.length} grades of ${graders.length} graders`);
    row.forEach((grade, j) => {
      if (grade === null || (Number.isInteger(grade) && grade >= 0 && grade < classes)) return;
      throw new InputError(
        `image '${ids[i]}', grader '${graders[j]}': grade ${grade} is not one of 0 to ${classes - 1}`,
      );
    });
  });
}

/** The same images with these graders alone, in this order. */
export function ofGraders(table: GradeTable, graders: readonly string[]): GradeTable {
  const columns = graders.map((grader) => {
    const column = table.graders.indexOf(grader);
    if (column < 0)
      throw new InputError(`there is no grader '${grader}': expected one of ${table.graders.join(', ')}`);
    return column;
  });
  return { ...table, graders, grades: table.grades.map((row) => columns.map((column) => row[column])) };
}

/** The grades that an image has, without gaps. */
export function givenGrades(row: readonly (number | null)[]): number[] {
  return row.filter((grade) => grade !== null);
}
