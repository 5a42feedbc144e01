import { compareAuc } from './auc.ts';
import { pairedDifference, type LabelledScore } from './paired-difference.ts';

const scored = (rows: readonly (readonly [string, number, 0 | 1])[]): Map<string, LabelledScore> =>
  new Map(rows.map(([id, score, label]) => [id, { score, label, subject: id }]));

test('images that only one model has scored do not enter; the order of the second does not matter', async () => {
  const first = scored([
    ['a', 3, 1],
    ['b', 2, 0],
    ['c', 1, 1],
    ['d', 0, 0],
    ['e', 9, 0],
  ]);
  const second = scored([
    ['f', 0, 1],
    ['d', 1, 0],
    ['c', 2, 1],
    ['b', 4, 0],
    ['a', 3, 1],
  ]);
  const expected = await compareAuc([3, 2, 1, 0], [3, 4, 2, 1], [1, 0, 1, 0]);
  expect(await pairedDifference(first, second)).toEqual(expected);
});

test('images of one subject count together', async () => {
  const subjects = ['one', 'two', 'three', 'four', 'one', 'two', 'three', 'four'];
  const labels = [1, 0, 1, 0, 1, 0, 1, 0] as const;
  const [first, second] = [
    [3, 2, 1, 0, 4, 3, 2, 1],
    [3, 4, 2, 1, 5, 2, 1, 0],
  ];
  const of = (scores: number[]) =>
    new Map(
      scores.map((score, k) => [`image ${k}`, { score, label: labels[k], subject: subjects[k] }] as const),
    );
  expect(await pairedDifference(of(first), of(second))).toEqual(
    await compareAuc(first, second, labels, subjects),
  );
});

test('without shared images there is no difference', async () => {
  expect(await pairedDifference(scored([['a', 1, 1]]), scored([['b', 1, 0]]))).toBeNull();
});
