import { overSeeds } from './over-seeds.ts';

test('the mean of three seeds with Student’s interval', async () => {
  // By hand: standard error 0.1 / √3, t = 4.302652729749462 (two degrees of freedom, scipy 1.17.1).
  const { value, low, high, interval } = await overSeeds([0.7, 0.8, 0.9]);
  expect(value).toBeCloseTo(0.8, 12);
  expect(low).toBeCloseTo(0.8 - (4.302652729749462 * 0.1) / Math.sqrt(3), 12);
  expect(high).toBeCloseTo(0.8 + (4.302652729749462 * 0.1) / Math.sqrt(3), 12);
  expect(interval).toBe('seeds');
});

test('equal values have an interval without width', async () => {
  expect(await overSeeds([0.5, 0.5])).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 });
});

test('undefined for one seed is undefined over all, and says so', async () => {
  const note = 'undefined for 1 of 2 seeds';
  expect(await overSeeds([0.5, null])).toMatchObject({ value: null, note });
});

test('one seed has no interval over seeds', async () => {
  await expect(overSeeds([0.5])).rejects.toThrow('received 1');
});
