import { describeTimes, interleave, medianRatio } from './rounds.ts';

test('interleave lets the sides take turns', async () => {
  const turns: string[] = [];
  const side = (name: string, time: number) => async () => {
    turns.push(name);
    return time;
  };
  expect(await interleave([side('ours', 1), side('peer', 2)], 2)).toEqual([[1, 1], [2, 2]]); // prettier-ignore
  expect(turns).toEqual(['ours', 'peer', 'ours', 'peer']);
});

test('medianRatio compares round by round', () => {
  expect(medianRatio([1, 2, 30], [2, 4, 3])).toBe(0.5);
});

test('describeTimes names the fastest rounds and warns of a busy machine', () => {
  expect(
    describeTimes(
      ['ours', 'peer'],
      [
        [10, 12],
        [20, 22],
      ],
    ),
  ).toBe(
    // prettier-ignore
    'by round: ours 10.0 12.0; peer 20.0 22.0; ratio of the fastest rounds 0.500',
  );
  expect(describeTimes(['ours', 'peer'], [[10, 30], [20, 22]])).toContain('busy'); // prettier-ignore
});
