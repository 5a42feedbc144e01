import type { Problem } from '../../../ml/data/readers/problem.ts';
import type { Dataset } from '../../../ml/data/readers/reader.ts';
import type { Identity, PreparedImage } from './prepare-image.ts';

interface Found {
  problems: Problem[];
  warnings: Problem[];
}

interface Seen {
  row: number;
  split: string;
}

/** Finds what only shows when rows are compared. Remembers names and hashes, but no pixels. */
export function acrossRows({
  duplicates = 'error',
}: Pick<Dataset, 'duplicates'>): (image: PreparedImage, identity: Identity) => Found {
  const paths = new Map<string, Seen>();
  const files = new Map<string, Seen>();
  const subjects = new Map<string, Seen>();
  const pictures = new Map<string, Seen>();
  return ({ path, subject, split, row }, { file, pixels }) => {
    const problem = (field: string, message: string): Problem => ({ file: path, row, field, message });
    const refused = (field: string, message: string): Found => ({
      problems: [problem(field, message)],
      warnings: [],
    });
    const earlier = paths.get(path);
    if (earlier) return refused('path', `row ${earlier.row} has the same path`);
    const first = subjects.get(subject);
    if (first && first.split !== split)
      return refused(
        'split',
        `subject '${subject}' is in '${first.split}' (row ${first.row}) and in '${split}': its images would leak`,
      );
    const warnings: Problem[] = [];
    const [twin, picture] = [files.get(file), pictures.get(pixels)];
    if (twin) {
      const message = `row ${twin.row} names the same file`;
      if (duplicates === 'error') return refused('path', message);
      warnings.push(problem('path', message));
    } else if (picture && picture.split !== split) {
      const message = `the same picture is in '${picture.split}' (row ${picture.row}) and in '${split}'`;
      const remedy = "it would leak; 'duplicates' in the settings allows it";
      if (duplicates === 'error') return refused('path', `${message}: ${remedy}`);
      warnings.push(problem('path', message));
    } else if (picture) warnings.push(problem('path', `the same picture as in row ${picture.row}`));
    const seen = { row, split };
    paths.set(path, seen);
    for (const [known, key] of [
      [files, file],
      [subjects, subject],
      [pictures, pixels],
    ] as const)
      if (!known.has(key)) known.set(key, seen);
    return { problems: [], warnings };
  };
}
