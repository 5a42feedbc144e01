import { InputError } from '../../errors.ts';

export interface Problem {
  /** The file that the problem is in: relative to the dataset's folder, or the description's own path. */
  readonly file: string;
  /** Row of the description, counted from 1 without a header; null where it concerns all of it. */
  readonly row: number | null;
  readonly field: string;
  readonly message: string;
}

/** A dataset's description, or what it names, cannot be read. Holds everything that was found wrong. */
export class DatasetError extends InputError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

export function describeProblem({ file, row, field, message }: Problem): string {
  return `${file}${row === null ? '' : `, row ${row}`}, ${field}: ${message}`;
}
