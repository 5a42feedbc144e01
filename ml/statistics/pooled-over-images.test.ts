import { pooledOverImages } from './pooled-over-images.ts';

interface Tries {
  readonly hits: number;
  readonly tries: number;
}
const image = (hits: number, tries: number): Tries => ({ hits, tries });
const share = ({ hits, tries }: Tries): number | null => (tries === 0 ? null : hits / tries);
const options = { seed: 1, whyUndefined: 'no tries' };

test('the figure is that of the sums, not the mean of the images’ figures', () => {
  const images = [image(1, 2), image(90, 98)];
  expect(pooledOverImages(images, share, options)).toMatchObject({ value: 0.91, count: 2, note: null });
});

test('its interval is the known one of a share, and repeats with its seed', () => {
  // 400 images of one try each, half of them hits: the standard error of the share is 0.5 / √400 = 0.025. A quantile of
  // 2000 resamples errs by about 0.0015.
  const images = Array.from({ length: 400 }, (_, i) => image(i % 2, 1));
  const first = pooledOverImages(images, share, options);
  expect(first).toMatchObject({ value: 0.5, interval: 'bootstrap' });
  expect(Math.abs(first.low! - (0.5 - 1.96 * 0.025))).toBeLessThan(0.006);
  expect(Math.abs(first.high! - (0.5 + 1.96 * 0.025))).toBeLessThan(0.006);
  expect(pooledOverImages(images, share, options)).toEqual(first);
  expect(pooledOverImages(images, share, { ...options, seed: 2 }).low).not.toBe(first.low);
});

test('images of one subject are drawn together', () => {
  // 200 subjects with two equal images: as 200 images, of a standard error of 0.5 / √200 = 0.0354.
  const images = Array.from({ length: 400 }, (_, i) => image((i >> 1) & 1, 1));
  const subjects = images.map((_, i) => String(i >> 1));
  const { low, high } = pooledOverImages(images, share, { ...options, subjects });
  expect(Math.abs(low! - (0.5 - 1.96 * 0.0354))).toBeLessThan(0.008);
  expect(Math.abs(high! - (0.5 + 1.96 * 0.0354))).toBeLessThan(0.008);
});

test('resamples without a figure are left out and told; one image has no interval', () => {
  // A quarter of the resamples draws the image without tries twice.
  const { value, low, high, note } = pooledOverImages([image(1, 2), image(0, 0)], share, options);
  expect([value, low, high]).toEqual([0.5, 0.5, 0.5]);
  const left = Number(/^undefined in (\d+) of 2000 resamples/.exec(note!)![1]);
  expect(Math.abs(left - 500)).toBeLessThan(100); // five standard deviations
  expect(pooledOverImages([image(1, 2)], share, options)).toMatchObject({
    value: 0.5,
    low: null,
    high: null,
    note: 'no interval: one image',
  });
});

test('what is undefined is null and says why', () => {
  for (const images of [[], [image(0, 0)]]) {
    expect(pooledOverImages(images, share, options)).toMatchObject({
      value: null,
      low: null,
      note: 'no tries',
      undefinedCount: images.length,
    });
  }
});
