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

test('subjects are drawn with all their images', () => {
  const values = Array.from({ length: 40 }, (_, i) => ((i * i * 13 + 7) % 31) / 31);
  const subjects = values.map((_, i) => `subject ${Math.floor((i * 3) / 5) % 17}`);
  // 200,000 resamples of whole subjects in numpy (bench/reference/clustered.py); of images 0.3887 to 0.5903.
  const bySubject = bootstrapMean(values, { seed: 3, resamples: 20_000, subjects });
  expect(bySubject.low).toBeCloseTo(0.4101, 2);
  expect(bySubject.high).toBeCloseTo(0.5712, 2);
  const byImage = bootstrapMean(values, { seed: 3, resamples: 20_000 });
  expect(byImage.low).toBeCloseTo(0.3887, 2);
  expect(byImage.high).toBeCloseTo(0.5903, 2);
});

test('one image, or one subject, has a value without an interval', () => {
  const none = { low: null, high: null, interval: null };
  expect(bootstrapMean([0.5], { seed: 1 })).toMatchObject({
    value: 0.5,
    ...none,
    note: 'no interval: one image',
  });
  const subjects = ['a', 'a'];
  const note = 'no interval: one subject with 2 images';
  expect(bootstrapMean([0.5, 1], { seed: 1, subjects })).toMatchObject({ value: 0.75, ...none, note });
  const left = bootstrapMeanOfDefined([0.5, 1, null], { seed: 1, subjects: ['a', 'a', 'b'], whyNone: '' });
  expect(left).toMatchObject({ value: 0.75, ...none, note, undefinedCount: 1 });
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
