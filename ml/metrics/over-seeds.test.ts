import { overSeeds } from './over-seeds.ts';

test('the mean of three seeds with Student’s interval', () => {
  // By hand: standard error 0.1 / √3, t = 4.302653 (two degrees of freedom), half the width 0.248414.
  const { value, low, high, interval } = overSeeds([0.7, 0.8, 0.9]);
  expect(value).toBeCloseTo(0.8, 12);
  expect(low).toBeCloseTo(0.55159, 4); // the table has four digits
  expect(high).toBeCloseTo(1.04841, 4);
  expect(interval).toBe('seeds');
});

test('equal values have an interval without width', () => {
  expect(overSeeds([0.5, 0.5])).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 });
});

test('undefined for one seed is undefined over all, and says so', () => {
  expect(overSeeds([0.5, null])).toMatchObject({ value: null, note: 'undefined for 1 of 2 seeds' });
});

test('one seed has no interval over seeds', () => {
  expect(() => overSeeds([0.5])).toThrow('received 1');
});
