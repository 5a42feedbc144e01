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

/** Problems that differ only in names and numbers: one cause. */
export interface ProblemGroup {
  /** The field and the message, with … in place of what differs. */
  readonly cause: string;
  readonly count: number;
  /** The first of them, as many as asked for. */
  readonly examples: readonly Problem[];
}

/** Quoted names, and numbers, are what differs from row to row. */
export function causeOf({ field, message }: Pick<Problem, 'field' | 'message'>): string {
  const kind = field.replace(/\d+/g, '…');
  return `${kind}: ${message.replace(/'[^']*'/g, "'…'").replace(/\d+(?:[.,]\d+)*/g, '…')}`;
}

/** One group a cause, the most frequent first. */
export function groupProblems(problems: readonly Problem[], examples: number): ProblemGroup[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const cause = causeOf(problem);
    const group = groups.get(cause);
    if (group) group.push(problem);
    else groups.set(cause, [problem]);
  }
  return [...groups]
    .map(([cause, found]) => ({ cause, count: found.length, examples: found.slice(0, examples) }))
    .sort((a, b) => b.count - a.count);
}

/** A line a cause: its first problem, and how many there are like it, with the rows of some. */
export function describeGroup({ count, examples }: ProblemGroup): string {
  const [first, ...more] = examples;
  if (count === 1) return describeProblem(first);
  const rows = [...new Set(more.flatMap(({ row }) => (row === null ? [] : [row])))];
  const where = rows.length === 0 ? '' : ` (rows ${rows.join(', ')}${count > examples.length ? ', …' : ''})`;
  return `${describeProblem(first)} … and ${count - 1} more of this kind${where}`;
}
