/** One line of a suite's result. `ratio` is ours / peer where less is better; `goal` null: for information. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  readonly ratio: number;
  readonly goal: number | null;
  readonly pass: boolean | null;
}

export interface SuiteOptions {
  readonly rounds: number;
  /** Only cases whose name contains this. */
  readonly only: string;
  /** Says what is going on, on a line of its own. */
  readonly say: (line: string) => void;
}

/** Measures ours beside a peer in one run and yields rows as they are ready. */
export interface Suite {
  readonly name: string;
  readonly summary: string;
  run(options: SuiteOptions): AsyncGenerator<Row>;
}

export function createRow(
  row: Pick<Row, 'suite' | 'case' | 'ours' | 'peer' | 'unit' | 'goal'> & { ratio?: number },
): Row {
  const ratio = row.ratio ?? row.ours / row.peer;
  return { ...row, ratio, pass: row.goal === null ? null : ratio <= row.goal };
}
