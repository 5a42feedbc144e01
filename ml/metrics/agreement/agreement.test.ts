// Equal too, run once: scikit-learn 1.9.1 cohen_kappa_score 0.5, statsmodels 0.15.0 fleiss_kappa 1/3, and krippendorff 0.9.0
// alpha (nominal) 0.388888888888889 for three raters, 0.285714285714286 for the image that one rater left out.

import { cohenKappa, countPair, noPixels, pairDice } from './pair-counts.ts';
import { addVotes, fleissKappa, krippendorffAlpha, voteTotals, type VoteTotals } from './vote-counts.ts';

const votes = (...images: number[][][]): VoteTotals => {
  const counts = new Map<number, Float64Array>();
  for (const masks of images) addVotes(counts, masks);
  return voteTotals(counts);
};

test('a pair of raters: values worked by hand, the same in one image or two', () => {
  // both 1, first only 1, second only 0, neither 2: p_o = 3/4, p_e = 1/2·1/4 + 1/2·3/4 = 1/2.
  const whole = countPair(noPixels, [1, 1, 0, 0], [1, 0, 0, 0]);
  expect(pairDice(whole)).toBeCloseTo(2 / 3, 12);
  expect(cohenKappa(whole)).toBeCloseTo(0.5, 12);
  expect(countPair(countPair(noPixels, [1], [1]), [1, 0, 0], [0, 0, 0])).toEqual(whole);
});

test('three raters, pixels with 3, 0, 2 and 1 votes: values worked by hand', () => {
  // P = (1 + 1 + 1/3 + 1/3) / 4 = 2/3, P_e = 1/2; D_o = 1/3, D_e = 2·6·6 / (12·11) = 6/11.
  const counts = votes([[1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 0]]); // prettier-ignore
  expect(fleissKappa(counts)).toBeCloseTo(1 / 3, 12);
  expect(krippendorffAlpha(counts)).toBeCloseTo(7 / 18, 12);
});

test('a rater who left an image out does not enter there', () => {
  // Image one has three raters, image two (pixels 1, 0 and 1, 1) two. Coincidences: 16 votes, 9 yes; D_o = (2 + 2 + 2) / 16.
  const counts = votes([[1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 0]], [[1, 1], [0, 1]]); // prettier-ignore
  expect(krippendorffAlpha(counts)).toBeCloseTo(1 - (6 / 16) / ((2 * 9 * 7) / (16 * 15)), 12); // prettier-ignore
  // P = (8/3 + 0 + 1) / 6 = 11/18, P_e = (81 + 49) / 256.
  expect(fleissKappa(counts)).toBeCloseTo((11 / 18 - 130 / 256) / (1 - 130 / 256), 12);
});

test('what is undefined is null: empty masks, one rater, no image', () => {
  const empty = countPair(noPixels, [0, 0], [0, 0]);
  expect([pairDice(empty), cohenKappa(empty), cohenKappa(noPixels)]).toEqual([null, null, null]);
  for (const counts of [
    votes(),
    votes([[1, 0]]),
    votes([
      [0, 0],
      [0, 0],
    ]),
  ]) {
    // prettier-ignore
    expect([fleissKappa(counts), krippendorffAlpha(counts)]).toEqual([null, null]);
  }
});

test('masks of different sizes are refused', () => {
  expect(() => countPair(noPixels, [1], [1, 0])).toThrow('1 and 2 pixels');
  expect(() => addVotes(new Map(), [[1], [1, 0]])).toThrow('1 and 2 pixels');
});
