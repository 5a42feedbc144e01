import { overPermutations } from './over-permutations.ts';

const single = (value: number | null, note: string | null = null) => ({
  value,
  low: 0.6,
  high: 0.9,
  interval: 'delong',
  note,
});

test('the mean of several has Student’s interval, and says how far they lie apart', async () => {
  const result = await overPermutations([0.71, 0.74, 0.81, 0.77, 0.72].map((value) => single(value)));
  // scipy 1.17: mean 0.75, stats.t.interval(0.95, 4, 0.75, stats.sem(...))
  expect(result.value).toBeCloseTo(0.75, 12);
  expect(result.low).toBeCloseTo(0.6995633699646939, 9);
  expect(result.high).toBeCloseTo(0.8004366300353061, 9);
  expect(result).toMatchObject({
    interval: 'permutations',
    note: 'mean of 5 permutations, which gave 0.710 to 0.810',
  });
});

test('one permutation keeps its interval over images and says that it is one', async () => {
  expect(await overPermutations([single(0.7)])).toEqual({ ...single(0.7), note: 'one permutation' });
  expect((await overPermutations([single(0.7, 'no interval: x')])).note).toBe(
    'one permutation; no interval: x',
  );
});

test('where one is undefined so is the mean', async () => {
  expect(await overPermutations([single(0.7), single(null)])).toMatchObject({
    value: null,
    low: null,
    note: 'undefined for 1 of 2 permutations',
  });
  await expect(overPermutations([])).rejects.toThrow('received none');
});
