import { median, relativeDifference } from './statistics.ts';

test('median takes the middle, or the mean of the two in the middle', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('no values');
});

test('relativeDifference is absolute for small values, relative for large ones, infinite for other lengths', () => {
  expect(relativeDifference([0.5, 0.25], [0.5, 0.5])).toBe(0.25);
  expect(relativeDifference([10, 3], [10, 4])).toBe(0.1);
  expect(relativeDifference([1], [1, 2])).toBe(Infinity);
});
