import { spearman } from './spearman.ts';

test('equals scipy on values with ties', () => {
  // Reference: bench/reference/metrics.py (scipy 1.17.1, spearmanr).
  const indices = Array.from({ length: 40 }, (_, i) => i);
  const first = indices.map((i) => ((i * i * 37 + 11) % 29) / 29);
  const second = indices.map((i) => ((i * i * 17 + 5) % 23) / 23);
  expect(spearman(first, second)).toBeCloseTo(-0.11825483538337166, 12);
});

test('is 1 for any rising relation and null where nothing varies', () => {
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3], [5, 5, 5])).toBeNull();
  expect(() => spearman([1], [1, 2])).toThrow('received 1 and 2');
});
