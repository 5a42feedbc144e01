import { createRandom, normal } from '../random.ts';
import { maskSensitivity } from './mask-sensitivity.ts';

const random = createRandom('mask sensitivity');
const draws = (n: number): number[] => Array.from({ length: n }, () => normal(random));
const measure = (scores: number[], exchanged: number[], subjects?: string[]) =>
  maskSensitivity.measure(
    { scores, exchanged, subjects, labels: scores.map(() => null), controls: [] },
    {},
    1,
  );

test('is the root mean square of the change in standard deviations', async () => {
  // numpy: sqrt(mean([1, 0, 4, 1])) / std([1, 2, 3, 6], ddof=1)
  const { value, count } = await measure([1, 2, 3, 6], [2, 2, 1, 5]);
  expect(value).toBeCloseTo(0.5669467095138407, 12);
  expect(count).toBe(4);
});

test('is 0 where the mask does not matter, about √2 where it decides alone, between where both count', async () => {
  const [image, mask, other] = [draws(4000), draws(4000), draws(4000)];
  expect((await measure(mask, mask)).value).toBe(0);
  expect((await measure(mask, other)).value).toBeCloseTo(Math.SQRT2, 1);
  const both = image.map((x, i) => x + mask[i]);
  const moved = image.map((x, i) => x + other[i]);
  // The change has variance 2, the logit too.
  expect((await measure(both, moved)).value).toBeCloseTo(1, 1);
});

test('does not depend on the scale or the middle of the logits', async () => {
  const [scores, exchanged] = [draws(50), draws(50)];
  const [scaled, moved] = [scores, exchanged].map((values) => values.map((value) => 1e6 + 20 * value));
  expect((await measure(scaled, moved)).value).toBeCloseTo((await measure(scores, exchanged)).value!, 8);
});

test('its interval draws subjects', async () => {
  const [scores, exchanged] = [draws(60), draws(60)];
  const subjects = scores.map((_, k) => `subject ${k % 20}`);
  const [bySubject, byImage] = [await measure(scores, exchanged, subjects), await measure(scores, exchanged)];
  expect(bySubject.value).toBeCloseTo(byImage.value!, 12);
  expect(bySubject.low).not.toBe(byImage.low);
  expect(bySubject.low).toBeLessThan(bySubject.value!);
});

test('equal logits and one image are undefined with the reason; a logit that is no number is refused', async () => {
  expect(await measure([1, 1], [2, 3])).toMatchObject({ value: null, note: 'all scores are equal' });
  expect(await measure([1], [2])).toMatchObject({
    value: null,
    note: expect.stringMatching(/another image/) as string,
  });
  expect(() => measure([1, NaN], [1, 2])).toThrow('score 1 is not a number: NaN and 2');
  expect(() => measure([1, 2], [1])).toThrow('received 2 and 1 for 2');
});
