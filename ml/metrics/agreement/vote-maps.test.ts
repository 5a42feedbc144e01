import { packMask } from '../../data/bit-mask.ts';
import { bits } from './bits.test-helper.ts';
import { voteMaps } from './vote-maps.ts';

const row = { from: 0, to: 1 };

test('three raters, pixels with 3, 0, 2 and 1 votes: values worked by hand', () => {
  const { agreement, entropy } = voteMaps([bits([1, 0, 1, 1]), bits([1, 0, 1, 0]), bits([1, 0, 0, 0])]);
  const third = Math.log2(3) - 2 / 3; // of shares 1/3 and 2/3
  expect([...agreement(row)]).toEqual([1, 1, 2 / 3, 2 / 3].map(Math.fround));
  for (const [i, expected] of [0, 0, third, third].entries())
    expect(entropy(row)[i]).toBeCloseTo(expected, 6);
});

test('an even split has agreement 0.5 and one bit; one rater agrees; no rater and other sizes are refused', () => {
  const split = voteMaps([bits([1]), bits([0])]);
  expect([split.agreement(row), split.entropy(row)]).toEqual([Float32Array.of(0.5), Float32Array.of(1)]);
  const alone = voteMaps([bits([1, 0])]);
  expect([alone.agreement(row), alone.entropy(row)]).toEqual([Float32Array.of(1, 1), Float32Array.of(0, 0)]);
  expect(() => voteMaps([])).toThrow('no masks');
  expect(() => voteMaps([bits([1]), bits([1, 0])])).toThrow('1×1 and 2×1 pixels');
});

test('a strip is those rows of the map', () => {
  const masks = [packMask([1, 1, 0, 0, 1, 0], 2, 3), packMask([1, 0, 0, 0, 1, 1], 2, 3)];
  const { agreement } = voteMaps(masks);
  expect([...agreement({ from: 0, to: 3 })]).toEqual([1, 0.5, 1, 1, 1, 0.5]);
  expect([...agreement({ from: 2, to: 3 })]).toEqual([1, 0.5]);
});
