import { voteMaps } from './vote-maps.ts';

test('three raters, pixels with 3, 0, 2 and 1 votes: values worked by hand', () => {
  const { agreement, entropy } = voteMaps([[1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 0]]); // prettier-ignore
  const third = Math.log2(3) - 2 / 3; // of shares 1/3 and 2/3
  expect([...agreement]).toEqual([1, 1, 2 / 3, 2 / 3].map(Math.fround));
  for (const [i, expected] of [0, 0, third, third].entries()) expect(entropy[i]).toBeCloseTo(expected, 6);
});

test('an even split has agreement 0.5 and one bit; one rater agrees; no rater is refused', () => {
  expect(voteMaps([[1], [0]])).toEqual({ agreement: Float32Array.of(0.5), entropy: Float32Array.of(1) });
  expect(voteMaps([[1, 0]])).toEqual({ agreement: Float32Array.of(1, 1), entropy: Float32Array.of(0, 0) });
  expect(() => voteMaps([])).toThrow('no masks');
});
