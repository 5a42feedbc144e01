import type { Sample, SampleSource } from '../data/sample.ts';
import { countsOf, meanShare } from './truth.ts';
import { readVotePatterns } from './vote-patterns.ts';

/** One image, one structure; only what patterns are read from. */
function image(height: number, width: number, masks: Uint8Array): [Sample, SampleSource] {
  const n = masks.length / (height * width);
  const raters = Array.from({ length: n }, (_, k) => `R${k + 1}`);
  const shape = { height, width, raters, structures: ['lesion'], ids: ['only'], diagnoses: [null] };
  const sample = { id: 'only', image: new Float32Array(), raterMasks: masks, diagnosis: null };
  return [
    { ...sample, annotated: new Uint8Array(n).fill(1) },
    { ...shape, read: async () => [] },
  ];
}

test('more pixels than a float32 can count, 2^24, are counted exactly', () => {
  const side = 4097;
  const pixels = side * side;
  const masks = new Uint8Array(2 * pixels).fill(1);
  masks[0] = 0; // the first rater leaves out the first pixel, both the last
  masks.fill(0, 2 * pixels - 2);
  const patterns = readVotePatterns(...image(side, side, masks), 0);
  expect([...patterns.counts]).toEqual([1, pixels - 2, 1]);
  expect([...patterns.votes]).toEqual([0, 1, 1, 1, 0, 0]);
  expect(Math.fround(pixels - 2)).not.toBe(pixels - 2);
  // 2 (pixels − 2) + 1 votes of 2 pixels.
  expect(meanShare(patterns, countsOf(patterns, false))).toBe((2 * pixels - 3) / (2 * pixels));
});

test('pixels of more raters than a table has room for at a time are told apart', () => {
  // Pixel k is included by rater k alone; the last pixel by nobody, as the one before it.
  const n = 11;
  const masks = Uint8Array.from({ length: (n + 2) * n }, (_, i) => (Math.floor(i / n) === i % n ? 1 : 0));
  const { counts, votes, ofPixel, shares } = readVotePatterns(...image(1, n + 2, masks), 0);
  expect([...counts]).toEqual([...new Array<number>(n).fill(1), 2]);
  expect([...ofPixel]).toEqual([...Array(n + 1).keys(), n]);
  expect(votes).toEqual(masks.subarray(0, (n + 1) * n));
  expect([...shares]).toEqual([...new Array<number>(n).fill(1 / n), 0]);
});
