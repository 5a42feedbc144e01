import { DatasetError } from '../../../ml/data/readers/problem.ts';

const longest = 200;
// Control characters and those without width: two names that look alike would be two datasets.
const unseen = /[\p{Cc}\p{Cf}]/u;

/**
 * A dataset's name as it is stored: in one normal form (NFC), without white space around it, one space for any inside.
 * @throws DatasetError where nothing is left of it, it is too long, or has characters that nobody sees.
 */
export function datasetName(given: string, file: string): string {
  const name = given.normalize('NFC').replace(/\s+/gu, ' ').trim();
  const fail = (message: string) => new DatasetError([{ file, row: null, field: 'name', message }]);
  if (name === '') throw fail('is empty: name the dataset');
  if (name.length > longest) throw fail(`has ${name.length} characters: at most ${longest} are allowed`);
  if (unseen.test(name)) throw fail(`${JSON.stringify(name)} has characters that cannot be seen`);
  return name;
}

/** Equal for names that a person would take for the same: they differ in capitals, width or normal form alone. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Text to lock (pg_advisory_xact_lock): imports and withdrawals of one dataset take turns. */
export function datasetLock(name: string): string {
  return `dataset ${nameKey(name)}`;
}
