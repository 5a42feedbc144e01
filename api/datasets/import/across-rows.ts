import type { Problem } from '../../../ml/data/readers/problem.ts';
import type { Dataset, Row } from '../../../ml/data/readers/reader.ts';
import type { Identity } from './prepare-image.ts';

export type Place = Pick<Row, 'path' | 'subject' | 'split' | 'row'>;

export interface Found {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Where the folder's images stand: finds what only shows when rows are compared. Remembers names and hashes, no pixels. */
export interface Places {
  /** `identity` is null for an image whose files were not opened, because they are as they were stored. */
  compare(place: Place, identity: Identity | null): Found;
  has(path: string): boolean;
  paths(): string[];
  subjects(): string[];
}

interface Seen {
  readonly row: number;
  readonly split: string;
}

export function acrossRows({ duplicates = 'error' }: Pick<Dataset, 'duplicates'>): Places {
  const paths = new Map<string, Seen>();
  const files = new Map<string, Seen>();
  const subjects = new Map<string, Seen>();
  const pictures = new Map<string, Seen>();

  function wrongPlace({ path, subject, split }: Place): { field: string; message: string } | null {
    const earlier = paths.get(path);
    if (earlier) return { field: 'path', message: `row ${earlier.row} has the same path` };
    const first = subjects.get(subject);
    if (!first || first.split === split) return null;
    const message = `subject '${subject}' is in '${first.split}' (row ${first.row}) and in '${split}': its images would leak`;
    return { field: 'split', message };
  }

  /** What is said of a picture that was there before, and whether it would leak. */
  function twin({ split }: Place, { file, pixels }: Identity): { message: string; leaks: boolean } | null {
    const [same, picture] = [files.get(file), pictures.get(pixels)];
    if (same) return { message: `row ${same.row} names the same file`, leaks: true };
    if (!picture) return null;
    if (picture.split === split)
      return { message: `the same picture as in row ${picture.row}`, leaks: false };
    const message = `the same picture is in '${picture.split}' (row ${picture.row}) and in '${split}'`;
    const remedy = "it would leak; 'duplicates' in the settings allows it";
    return { message: duplicates === 'error' ? `${message}: ${remedy}` : message, leaks: true };
  }

  return {
    compare(place, identity) {
      const { path, subject, split, row } = place;
      const one = (field: string, message: string): Problem[] => [{ file: path, row, field, message }];
      const wrong = wrongPlace(place);
      if (wrong) return { problems: one(wrong.field, wrong.message), warnings: [] };
      const other = identity && twin(place, identity);
      if (other?.leaks && duplicates === 'error')
        return { problems: one('path', other.message), warnings: [] };
      remember(paths, path, { row, split });
      remember(subjects, subject, { row, split });
      if (identity) {
        remember(files, identity.file, { row, split });
        remember(pictures, identity.pixels, { row, split });
      }
      return { problems: [], warnings: other ? one('path', other.message) : [] };
    },
    has: (path) => paths.has(path),
    paths: () => [...paths.keys()],
    subjects: () => [...subjects.keys()],
  };
}

function remember(known: Map<string, Seen>, key: string, seen: Seen): void {
  if (!known.has(key)) known.set(key, seen);
}
