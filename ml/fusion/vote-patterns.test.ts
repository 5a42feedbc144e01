import { packMask } from '../data/bit-mask.ts';
import type { ImageMasks } from '../data/image-masks.ts';
import { countsOf, meanShare } from './truth.ts';
import { readVotePatterns } from './vote-patterns.ts';

/** One image, one structure; only what patterns are read from. */
function image(height: number, width: number, interleaved: Uint8Array): ImageMasks {
  const n = interleaved.length / (height * width);
  const raters = Array.from({ length: n }, (_, k) => `R${k + 1}`);
  const masks = raters.map((_, k) => [
    packMask(
      Uint8Array.from({ length: height * width }, (_, pixel) => interleaved[pixel * n + k]),
      width,
      height,
    ),
  ]);
  return { id: 'only', height, width, raters, structures: ['lesion'], masks };
}

test('more pixels than a float32 can count, 2^24, are counted exactly', () => {
  const side = 4097;
  const pixels = side * side;
  const masks = new Uint8Array(2 * pixels).fill(1);
  masks[0] = 0; // the first rater leaves out the first pixel, both the last
  masks.fill(0, 2 * pixels - 2);
  const patterns = readVotePatterns(image(side, side, masks), 0);
  expect([...patterns.counts]).toEqual([1, pixels - 2, 1]);
  expect([...patterns.votes]).toEqual([0, 1, 1, 1, 0, 0]);
  expect(Math.fround(pixels - 2)).not.toBe(pixels - 2);
  // 2 (pixels − 2) + 1 votes of 2 pixels.
  expect(meanShare(patterns, countsOf(patterns, false))).toBe((2 * pixels - 3) / (2 * pixels));
});

test.each([11, 16, 17, 40])('pixels of %i raters are told apart', (n) => {
  // Pixel k is included by rater k alone; the last pixel by nobody, as the one before it.
  const masks = Uint8Array.from({ length: (n + 2) * n }, (_, i) => (Math.floor(i / n) === i % n ? 1 : 0));
  const { counts, votes, ofRows, shares } = readVotePatterns(image(1, n + 2, masks), 0);
  expect([...counts]).toEqual([...new Array<number>(n).fill(1), 2]);
  expect([...ofRows({ from: 0, to: 1 })]).toEqual([...Array(n + 1).keys(), n]);
  expect(votes).toEqual(masks.subarray(0, (n + 1) * n));
  expect([...shares]).toEqual([...new Array<number>(n).fill(1 / n), 0]);
});
