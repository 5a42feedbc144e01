import type { Mask } from './metric.ts';
import { overlap, softOverlap } from './overlap.ts';

const row = (values: ArrayLike<number>): Mask => ({ values, height: 1, width: values.length });
const thresholds = [0.1, 0.3, 0.5, 0.7, 0.9];

test('Dice and IoU of a case worked by hand', () => {
  // Above 0.5: {0, 1, 2} and {1, 2, 3}: two in common.
  const [a, b] = [
    [0.9, 0.8, 0.6, 0.2],
    [0.1, 0.7, 1, 0.6],
  ];
  expect(overlap(row(a), row(b), 0.5)).toEqual({ dice: 4 / 6, iou: 2 / 4 });
});

test('soft Dice is the mean over the five thresholds', () => {
  // Prediction 0.4 everywhere, reference 0.8 in half the pixels: thresholds 0.1 and 0.3 see all against half (2/3),
  // 0.5 and 0.7 nothing against half (0), 0.9 nothing against nothing (1).
  const prediction = row(Float32Array.of(0.4, 0.4));
  const reference = row(Float32Array.of(0.8, 0));
  expect(softOverlap(prediction, reference, thresholds).dice).toBeCloseTo(
    (2 / 3 + 2 / 3 + 0 + 0 + 1) / 5,
    12,
  );
  expect(softOverlap(prediction, reference, thresholds).iou).toBeCloseTo((0.5 + 0.5 + 0 + 0 + 1) / 5, 12);
});

test('a value equal to the threshold lies outside', () => {
  expect(overlap(row([0.5]), row([0.5]), 0.5)).toBeNull();
  expect(overlap(row([0.5]), row([0.6]), 0.5)).toEqual({ dice: 0, iou: 0 });
});

test('softly, both empty is 1 and one empty is 0', () => {
  expect(softOverlap(row([0, 0]), row([0, 0]), thresholds)).toEqual({ dice: 1, iou: 1 });
  expect(softOverlap(row([1, 1]), row([0, 0]), thresholds)).toEqual({ dice: 0, iou: 0 });
});

test('counts stay exact beyond 2^24 pixels, where float32 sums stop', () => {
  const pixels = 2 ** 24 + 3;
  const full = new Uint8Array(pixels).fill(1);
  const allButOne = full.slice();
  allButOne[5] = 0;
  expect(overlap(row(full), row(allButOne), 0.5)).toEqual({
    dice: (2 * (pixels - 1)) / (2 * pixels - 1),
    iou: (pixels - 1) / pixels,
  });
});

test('masks of different sizes and pixels that are not numbers are refused', () => {
  expect(() => overlap(row([1]), row([1, 0]), 0.5)).toThrow('1×1 and 1×2 pixels');
  expect(() => overlap(row([1, NaN]), row([1, 0]), 0.5)).toThrow('pixel 1 is not a number');
});

describe('thresholds', () => {
  const one = (values: ArrayLike<number>) => ({ values, height: 1, width: values.length });

  test('are compared in the precision of the mask: k votes of n are not above k / n', () => {
    for (let n = 2; n <= 16; n++) {
      for (let k = 1; k < n; k++) {
        const [share, more] = [Float32Array.of(k / n), Float32Array.of((k + 1) / n)];
        expect(overlap(one(share), one(share), k / n)).toBeNull();
        expect(overlap(one(more), one(more), k / n)?.dice).toBe(1);
        expect(overlap(one([k / n]), one([k / n]), k / n)).toBeNull();
      }
    }
  });

  test('two raters without a common pixel: 4/15 at the five thresholds', () => {
    // Above 0.1 and 0.3 both pixels are in: Dice 2/3; above 0.5, 0.7 and 0.9 none is, the rater has one: 0.
    const fused = one(Float32Array.of(0.5, 0.5));
    const rater = one(Uint8Array.of(1, 0));
    expect(softOverlap(fused, rater, [0.1, 0.3, 0.5, 0.7, 0.9]).dice).toBeCloseTo(4 / 15, 12);
  });
});
