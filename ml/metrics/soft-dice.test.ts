import { meanOverImages, overlap, softOverlap } from './soft-dice.ts';

test('Dice and IoU of a case worked by hand', () => {
  // Above 0.5: {0, 1, 2} and {1, 2, 3}: two in common.
  const [a, b] = [
    [0.9, 0.8, 0.6, 0.2],
    [0.1, 0.7, 1, 0.6],
  ];
  expect(overlap(a, b, 0.5)).toEqual({ dice: 4 / 6, iou: 2 / 4 });
});

test('soft Dice is the mean over the five thresholds', () => {
  // Prediction 0.4 everywhere, reference 0.8 in half the pixels: thresholds 0.1 and 0.3 see all against half (2/3),
  // 0.5 and 0.7 nothing against half (0), 0.9 nothing against nothing (1).
  const prediction = Float32Array.of(0.4, 0.4);
  const reference = Float32Array.of(0.8, 0);
  expect(softOverlap(prediction, reference).dice).toBeCloseTo((2 / 3 + 2 / 3 + 0 + 0 + 1) / 5, 12);
  expect(softOverlap(prediction, reference).iou).toBeCloseTo((0.5 + 0.5 + 0 + 0 + 1) / 5, 12);
});

test('a value equal to the threshold lies outside', () => {
  expect(overlap([0.5], [0.5], 0.5)).toEqual({ dice: 1, iou: 1 });
  expect(overlap([0.5], [0.6], 0.5)).toEqual({ dice: 0, iou: 0 });
});

test('both empty is 1, one empty is 0', () => {
  expect(softOverlap([0, 0], [0, 0])).toEqual({ dice: 1, iou: 1 });
  expect(softOverlap([1, 1], [0, 0])).toEqual({ dice: 0, iou: 0 });
});

test('counts stay exact beyond 2^24 pixels, where float32 sums stop', () => {
  const pixels = 2 ** 24 + 3;
  const full = new Uint8Array(pixels).fill(1);
  const allButOne = full.slice();
  allButOne[5] = 0;
  expect(overlap(full, allButOne, 0.5)).toEqual({
    dice: (2 * (pixels - 1)) / (2 * pixels - 1),
    iou: (pixels - 1) / pixels,
  });
});

test('masks of different sizes and pixels that are not numbers are refused', () => {
  expect(() => overlap([1], [1, 0], 0.5)).toThrow('1 and 2 pixels');
  expect(() => overlap([1, NaN], [1, 0], 0.5)).toThrow('pixel 1 is not a number');
});

test('the mean over images has a bootstrap interval that repeats with its seed', () => {
  const values = Array.from({ length: 200 }, (_, i) => i / 199);
  const result = meanOverImages(values, { seed: 3 });
  expect(result.value).toBeCloseTo(0.5, 12);
  expect(result).toEqual(meanOverImages(values, { seed: 3 }));
  // Standard error 0.2901 / sqrt(200) = 0.0205, so the interval is near 0.5 ± 0.0402; a tenth of its width for chance.
  expect(result.low).toBeGreaterThan(0.45);
  expect(result.low).toBeLessThan(0.47);
  expect(result.high).toBeGreaterThan(0.53);
  expect(result.high).toBeLessThan(0.55);
});

test('no image gives null with the reason, a value that is not a number is refused', () => {
  expect(meanOverImages([], { seed: 1 })).toMatchObject({ value: null, note: 'no image', count: 0 });
  expect(() => meanOverImages([0.5, NaN], { seed: 1 })).toThrow('value 1 is NaN');
});
