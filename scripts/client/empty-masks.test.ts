import { emptyColumns, emptyNote } from './empty-masks.ts';

const none = { bothEmptyCount: 0, oneEmptyCount: 0 };
const unknown = { bothEmptyCount: null, oneEmptyCount: null };
const some = { bothEmptyCount: 9, oneEmptyCount: 1 };

test('empty masks are mentioned where there are any', () => {
  expect([emptyNote(none), emptyNote(unknown)]).toEqual([null, null]);
  expect(emptyNote(some)).toBe('both masks empty in 9 images, one mask empty in 1 image');
  expect(emptyNote({ ...none, oneEmptyCount: 2 })).toBe('one mask empty in 2 images');
});

test('a table has columns for them if any row has some', () => {
  expect(emptyColumns([none, unknown], ['both', 'one'])).toMatchObject({ head: [] });
  const { head, of } = emptyColumns([none, some], ['both', 'one']);
  expect([head, of(some), of(unknown)]).toEqual([
    ['both', 'one'],
    ['9', '1'],
    ['–', '–'],
  ]);
});
