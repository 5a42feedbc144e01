import type { Problem } from '../../../ml/data/readers/problem.ts';
import type { Row } from '../../../ml/data/readers/reader.ts';

export type Place = Pick<Row, 'path' | 'subject' | 'split' | 'row'>;

/** Where the folder's images stand: finds problems that only show when rows are compared. Remembers no pixels. */
export interface Places {
  problems(place: Place): Problem[];
  has(path: string): boolean;
  paths(): string[];
  subjects(): string[];
}

export function acrossRows(): Places {
  const paths = new Map<string, number>();
  const subjects = new Map<string, { split: string; row: number }>();
  const problems = ({ path, subject, split, row }: Place): Problem[] => {
    const earlier = paths.get(path);
    if (earlier !== undefined) {
      return [{ file: path, row, field: 'path', message: `row ${earlier} has the same path` }];
    }
    const first = subjects.get(subject);
    if (first && first.split !== split) {
      const message = `subject '${subject}' is in '${first.split}' (row ${first.row}) and in '${split}': its images would leak`;
      return [{ file: path, row, field: 'split', message }];
    }
    paths.set(path, row);
    if (!first) subjects.set(subject, { split, row });
    return [];
  };
  return {
    problems,
    has: (path) => paths.has(path),
    paths: () => [...paths.keys()],
    subjects: () => [...subjects.keys()],
  };
}
