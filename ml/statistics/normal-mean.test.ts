import { normalMean } from './normal-mean.ts';

test('the interval is 1.96 standard errors wide on either side', () => {
  const { value, low, high, interval } = normalMean({ mean: 0.5, error: 0.02 }, 'none');
  expect([value, interval]).toEqual([0.5, 'normal']);
  expect(low).toBeCloseTo(0.5 - 1.959963984540054 * 0.02, 12);
  expect(high).toBeCloseTo(0.5 + 1.959963984540054 * 0.02, 12);
});

test('one value has no interval, none has the reason', () => {
  expect(normalMean({ mean: 0.5, error: null }, 'none')).toMatchObject({ value: 0.5, low: null });
  expect(normalMean({ mean: null, error: null }, 'none')).toMatchObject({ value: null, note: 'none' });
});
