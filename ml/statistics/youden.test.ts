import { youdenThreshold } from './youden.ts';

test('lies below the score from which scikit-learn’s curve is best', () => {
  // Reference values: bench/reference/svm.py (scikit-learn 1.7.2).
  const indices = Array.from({ length: 40 }, (_, i) => i);
  const labels = indices.map((i) => ((i * 7 + 3) % 10 < 4 ? 1 : 0));
  const scores = indices.map((i) => ((i * i * 37 + 11) % 29) / 29 + 0.4 * labels[i]);
  expect(youdenThreshold(scores, labels)).toBeCloseTo((1.0551724137931036 + 0.9655172413793104) / 2, 12);
});

test('of equally good thresholds it is the highest', () => {
  // From 3 on: one of two positives, no negative. From 1 on: both positives, one of two negatives.
  expect(youdenThreshold([3, 2, 1, 0], [1, 0, 1, 0])).toBe(2.5);
});

test('equal scores are not torn apart', () => {
  expect(youdenThreshold([1, 1, 0], [1, 0, 0])).toBe(0.5);
  expect(youdenThreshold([0.4, 0.4], [1, 0])).toBe(0.4);
});

test('one class alone is refused', () => {
  expect(() => youdenThreshold([1, 2], [1, 1])).toThrow('received 0 of 0 and 2 of 1');
});
