// Equal too, run once: scikit-learn 1.9.1 cohen_kappa_score 0.5, statsmodels 0.15.0 fleiss_kappa 1/3, and krippendorff 0.9.0
// alpha (nominal) 0.388888888888889 for three raters, 0.285714285714286 for the image that one rater left out.

import { packMask } from '../../data/bit-mask.ts';
import { createRandom } from '../../random.ts';
import { bits } from './bits.test-helper.ts';
import { cohenKappa, countPair, pairDice } from './pair-counts.ts';
import { addVotes, fleissKappa, krippendorffAlpha, voteTotals, type VoteTotals } from './vote-counts.ts';

const votes = (...images: number[][][]): VoteTotals => {
  const counts = new Map<number, Float64Array>();
  for (const masks of images) addVotes(counts, masks.map(bits));
  return voteTotals(counts);
};

test('a pair of raters: values worked by hand', () => {
  // both 1, first only 1, second only 0, neither 2: p_o = 3/4, p_e = 1/2·1/4 + 1/2·3/4 = 1/2.
  const counts = countPair(bits([1, 1, 0, 0]), bits([1, 0, 0, 0]));
  expect(counts).toEqual({ both: 1, firstOnly: 1, secondOnly: 0, neither: 2 });
  expect(pairDice(counts)).toBeCloseTo(2 / 3, 12);
  expect(cohenKappa(counts)).toBeCloseTo(0.5, 12);
});

test('counts of several strips and of rows that do not end with a byte are those of the pixels', () => {
  const [width, height] = [2003, 301];
  const random = createRandom('strips');
  const draw = (share: number) => Array.from({ length: width * height }, () => (random() < share ? 1 : 0));
  const masks = [draw(0.5), draw(0.1), draw(0)];
  const packed = masks.map((mask) => packMask(mask, width, height));
  const of = (a: number, b: number) =>
    masks[0].filter((_, i) => masks[0][i] === a && masks[1][i] === b).length;
  expect(countPair(packed[0], packed[1])).toEqual({
    both: of(1, 1),
    firstOnly: of(1, 0),
    secondOnly: of(0, 1),
    neither: of(0, 0),
  });
  const counts = new Map<number, Float64Array>();
  addVotes(counts, packed);
  expect([...counts.get(3)!]).toEqual([of(0, 0), of(1, 0) + of(0, 1), of(1, 1), 0]);
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

test('what is undefined is null: votes that are all equal, one rater, no image; two empty masks agree', () => {
  const empty = countPair(bits([0, 0]), bits([0, 0]));
  expect([pairDice(empty), cohenKappa(empty)]).toEqual([1, null]);
  expect(cohenKappa({ both: 0, firstOnly: 0, secondOnly: 0, neither: 0 })).toBeNull();
  const undefinedOnes = [votes(), votes([[1, 0]]), votes([[0, 0], [0, 0]])]; // prettier-ignore
  for (const counts of undefinedOnes)
    expect([fleissKappa(counts), krippendorffAlpha(counts)]).toEqual([null, null]);
});

test('masks of different sizes are refused', () => {
  expect(() => countPair(bits([1]), bits([1, 0]))).toThrow('1×1 and 2×1 pixels');
  expect(() => addVotes(new Map(), [bits([1]), bits([1, 0])])).toThrow('1×1 and 2×1 pixels');
  expect(() => countPair(packMask([1, 0], 1, 2), bits([1, 0]))).toThrow('1×2 and 2×1 pixels');
});
