import { bootstrapMean, bootstrapMeanOfDefined } from './bootstrap-mean.ts';

test('the mean over images has a bootstrap interval that repeats with its seed', () => {
  const values = Array.from({ length: 200 }, (_, i) => i / 199);
  const result = bootstrapMean(values, { seed: 3 });
  expect(result.value).toBeCloseTo(0.5, 12);
  expect(result).toEqual(bootstrapMean(values, { seed: 3 }));
  // Standard error 0.2901 / sqrt(200) = 0.0205, so the interval is near 0.5 ± 0.0402; a tenth of its width for chance.
  expect(result.low).toBeGreaterThan(0.45);
  expect(result.low).toBeLessThan(0.47);
  expect(result.high).toBeGreaterThan(0.53);
  expect(result.high).toBeLessThan(0.55);
});

test('no image gives null with the reason, a value that is not a number is refused', () => {
  expect(bootstrapMean([], { seed: 1 })).toMatchObject({ value: null, note: 'no image', count: 0 });
  expect(() => bootstrapMean([0.5, NaN], { seed: 1 })).toThrow('value 1 is NaN');
});

test('images without the number are left out and counted', () => {
  const options = { seed: 1, whyNone: 'all masks are empty' };
  const { count, undefinedCount, value } = bootstrapMeanOfDefined([0.25, null, 0.75], options);
  expect([count, undefinedCount, value]).toEqual([2, 1, 0.5]);
  const none = { value: null, count: 0, undefinedCount: 2, note: 'all masks are empty' };
  expect(bootstrapMeanOfDefined([null, null], options)).toMatchObject(none);
});
