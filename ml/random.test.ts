import { createRandom, integer, normal, shuffled } from './random.ts';

const draw = (keys: readonly (number | string)[], count: number): number[] =>
  Array.from({ length: count }, createRandom(...keys));

test('equal keys give equal streams, other keys give others', () => {
  expect(draw([1, 'weights'], 5)).toEqual(draw([1, 'weights'], 5));
  expect(draw([1, 'weights'], 5)).not.toEqual(draw([2, 'weights'], 5));
  expect(draw(['a', 'bc'], 1)).not.toEqual(draw(['ab', 'c'], 1));
  expect(draw([1], 1)).not.toEqual(draw(['1'], 1));
});

test('draws fill [0, 1) evenly', () => {
  const counts = new Array<number>(10).fill(0);
  const values = draw(['uniform'], 100_000);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  for (const value of values) counts[Math.floor(value * 10)] += 1;
  // Chi-square with 9 degrees of freedom: 27.9 is its 99.9 % quantile; the seed is fixed, so this never flickers.
  const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chi).toBeLessThan(27.9);
});

test('streams of neighbouring seeds are uncorrelated', () => {
  const n = 20_000;
  const [a, b] = [draw([7], n), draw([8], n)];
  const covariance = a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i] - 0.5), 0) / n;
  // Standard error of the correlation is 1 / sqrt(n) = 0.007; four of them.
  expect(Math.abs(covariance * 12)).toBeLessThan(0.028);
});

test('normal draws have mean 0, variance 1 and kurtosis 3', () => {
  const random = createRandom('normal');
  const n = 100_000;
  const values = Array.from({ length: n }, () => normal(random));
  const moment = (k: number): number => values.reduce((sum, x) => sum + x ** k, 0) / n;
  // Four standard errors: 1, 1.41 and 9.8 over sqrt(n) for these moments.
  expect(Math.abs(moment(1))).toBeLessThan(0.013);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.018);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.13);
});

test('shuffling keeps every item and moves them', () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const moved = shuffled(createRandom('shuffle'), items);
  expect(moved).not.toEqual(items);
  expect([...moved].sort((a, b) => a - b)).toEqual(items);
  expect(integer(() => 0.999999, 5)).toBe(4);
});
