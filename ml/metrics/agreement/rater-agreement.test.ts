import { packMask } from '../../data/bit-mask.ts';
import { draw, empty, first, second } from '../drawn-masks.test-helper.ts';
import { hausdorff95 } from '../hausdorff-95.ts';
import { bitsByRater } from './bits.test-helper.ts';
import { LONGEST_OUTLINE, measureImage, raterPairs } from './measure-image.ts';
import { imageNumbers, raterAgreement, type AgreementMeasure } from './rater-agreement.ts';

type Masks = Readonly<Record<string, readonly number[]>>;

/** The figures by 'name', 'name rater' or 'name rater other'. */
function agreement(raters: readonly string[], ...images: Masks[]): Record<string, AgreementMeasure> {
  const counts = images.map((masks) => measureImage(bitsByRater(masks)));
  const measures = [...raterAgreement(counts, raters, { seed: 1 })];
  return Object.fromEntries(
    measures.map((m) => [[m.name, m.rater, m.otherRater].filter(Boolean).join(' '), m]),
  );
}

// Image one (4 pixels) has three raters, image two (2 pixels) was skipped by c.
const one = { a: [1, 1, 0, 0], b: [1, 0, 0, 0], c: [1, 1, 0, 0] };
const two = { a: [1, 1], b: [0, 1] };

test('two images of different sizes, one skipped by a rater: values worked by hand', () => {
  const found = agreement(['a', 'b', 'c'], one, two);
  const values = (names: string[]) => names.map((name) => found[name].value);
  // Dice of a and b: 2/3 in both; of a and c: 1, of b and c: 2/3, in image one alone.
  const dices = [2 / 3, 1, 2 / 3];
  values(['dice a b', 'dice a c', 'dice b c']).forEach((v, k) => expect(v).toBeCloseTo(dices[k], 12));
  // Image one: (2/3 + 1 + 2/3) / 3 = 7/9; two: 2/3.
  expect(found['mean_pairwise_dice'].value).toBeCloseTo((7 / 9 + 2 / 3) / 2, 12);
  // a and b over both: both 2, a alone 2, neither 2 of 6: p_o = 2/3, p_e = 4/6 · 2/6 + 2/6 · 4/6 = 4/9.
  expect(found['cohen_kappa a b'].value).toBeCloseTo((2 / 3 - 4 / 9) / (1 - 4 / 9), 12);
  // Pixels 3/3, 2/3, 0/3, 0/3 and 1/2, 2/2: P = (1 + 1/3 + 1 + 1 + 0 + 1) / 6 = 13/18, 8 yes of 16: P_e = 1/2.
  expect(found['fleiss_kappa'].value).toBeCloseTo((13 / 18 - 1 / 2) / (1 / 2), 12);
  // D_o = (2·2·1/2 + 2·1·1/1) / 16 = 4/16, D_e = 2·8·8 / (16·15).
  expect(found['krippendorff_alpha'].value).toBeCloseTo(1 - 4 / 16 / ((2 * 8 * 8) / (16 * 15)), 12);
  // d: a b 1/2, a c 0, b c 1/2. a: 2 · 1/4 - (2 · 1/2) / 4 = 1/4 = c; b: 2 · 1/2 - 0 = 1. Two: 2 · 1/2 for a and b.
  const a = (1 / 4 + 1) / 2;
  const distances = [a, 1, 1 / 4, 1, 0, 1, ((1 / 4 + 1 + 1 / 4) / 3 + 1) / 2];
  const of = ['a', 'b', 'c', 'a b', 'a c', 'b c'].map((who) => `generalised_energy_distance ${who}`);
  values([...of, 'generalised_energy_distance']).forEach((v, k) => expect(v).toBeCloseTo(distances[k], 12));
});

test('counts tell which images entered, and intervals hold the value', () => {
  const found = agreement(['a', 'b', 'c'], one, two, one, {}, { c: [1] });
  const counts = (name: string) => [found[name].count, found[name].undefinedCount];
  expect(counts('fleiss_kappa')).toEqual([3, 2]);
  expect(counts('dice a c')).toEqual([2, 3]);
  expect(counts('generalised_energy_distance c')).toEqual([2, 3]);
  for (const { value, low, high, interval } of Object.values(found)) {
    expect(interval).toBe('bootstrap');
    // Equal values of all resamples have sums that differ in their last digit.
    expect(low!).toBeLessThanOrEqual(value! + 1e-12);
    expect(high!).toBeGreaterThanOrEqual(value! - 1e-12);
  }
});

// As in MONAI's Dice with ignore_empty=False: two empty masks 1, one empty 0. A pair of them is alike in distance too.
test('two empty masks agree, one empty mask does not; both are counted, and all empty leaves no kappa', () => {
  const found = agreement(['a', 'b'], { a: [0, 0], b: [0, 0] });
  const allEmpty = { count: 1, undefinedCount: 0, bothEmptyCount: 1, oneEmptyCount: 0 };
  expect(found['dice a b']).toMatchObject({ value: 1, ...allEmpty });
  expect(found['mean_pairwise_dice']).toMatchObject({ value: 1, ...allEmpty });
  expect(found['generalised_energy_distance']).toMatchObject({ value: 0, ...allEmpty });
  const noKappa = { value: null, note: 'all votes are equal', undefinedCount: 1, bothEmptyCount: 1 };
  expect(found['cohen_kappa a b']).toMatchObject(noKappa);
  expect(found['krippendorff_alpha']).toMatchObject(noKappa);
  const half = agreement(['a', 'b'], { a: [0, 0], b: [0, 0] }, { a: [1, 0], b: [0, 0] });
  const oneEmpty = { count: 2, undefinedCount: 0, bothEmptyCount: 1, oneEmptyCount: 1 };
  expect(half['dice a b']).toMatchObject({ value: 1 / 2, ...oneEmpty });
  expect(half['generalised_energy_distance a']).toMatchObject({ value: 2 / 2, ...oneEmpty });
});

test('nine images without a lesion and one in which raters differ: Dice 0.9, and the nine are counted', () => {
  const nothing = { a: [0, 0], b: [0, 0] };
  const images = [...Array.from({ length: 9 }, () => nothing), { a: [1, 0], b: [0, 1] }];
  const found = agreement(['a', 'b'], ...images);
  expect(found['dice a b']).toMatchObject({ count: 10, bothEmptyCount: 9, oneEmptyCount: 0 });
  expect(found['dice a b'].value).toBeCloseTo(0.9, 12);
});

test('of several raters: all masks empty, or some; who skipped the image is not asked', () => {
  const some = { a: [0, 0], b: [0, 0], c: [1, 0] };
  const found = agreement(['a', 'b', 'c'], some, { a: [0], b: [0] }, { a: [0] }, { a: [1], b: [1], c: [1] });
  const counts = (name: string) => [found[name].bothEmptyCount, found[name].oneEmptyCount];
  expect(counts('mean_pairwise_dice')).toEqual([1, 1]);
  expect(counts('dice a b')).toEqual([2, 0]);
  expect(counts('dice a c')).toEqual([0, 1]);
  expect(counts('generalised_energy_distance c')).toEqual([0, 1]);
  // a and b agree twice (1), a and c not at all in the first: (1 + 0 + 0) / 3, 1, 1.
  expect(found['mean_pairwise_dice'].value).toBeCloseTo((1 / 3 + 1 + 1) / 3, 12);
});

test('one rater, raters who share no image, no image: null, with the reason', () => {
  const alone = agreement(['a'], { a: [1, 0] });
  expect(Object.keys(alone)).toHaveLength(5);
  for (const measure of Object.values(alone))
    expect(measure).toMatchObject({ value: null, undefinedCount: 1 });
  expect(alone['fleiss_kappa'].note).toBe('no image with two annotators');
  const apart = agreement(['a', 'b'], { a: [1] }, { b: [1] });
  expect(apart['cohen_kappa a b'].note).toBe('no image that both annotated');
  expect(agreement(['a', 'b'])['fleiss_kappa']).toMatchObject({ value: null, count: 0, undefinedCount: 0 });
});

test('counts are exact beyond 2^24 pixels, where float32 sums stop', () => {
  const [width, height] = [2 ** 12 + 1, 2 ** 12 + 1];
  const full = packMask(new Uint8Array(width * height).fill(1), width, height);
  const counts = measureImage(new Map([['a', full], ['b', packMask(new Uint8Array(width * height), width, height)]])); // prettier-ignore
  const pixels = width * height;
  expect(counts.pairs[0].counts).toEqual({ both: 0, firstOnly: pixels, secondOnly: 0, neither: 0 });
  expect(counts.votes).toMatchObject({ items: pixels, votes: 2 * pixels, yes: pixels });
});

describe('of one image', () => {
  const numbers = (masks: Parameters<typeof bitsByRater>[0]) => {
    const found = [...imageNumbers(measureImage(bitsByRater(masks)), null)];
    return Object.fromEntries(
      found.map((n) => [[n.name, n.rater, n.otherRater].filter(Boolean).join(' '), n]),
    );
  };

  test('the numbers are those that the means are made of, and kappas of its own pixels', () => {
    const [found, over] = [numbers(one), agreement(['a', 'b', 'c'], one)];
    const {
      'hausdorff_95 a b': distance,
      'hausdorff_95 a c': none,
      'hausdorff_95 b c': same,
      ...rest
    } = found;
    expect(Object.keys(rest).sort()).toEqual(Object.keys(over).sort());
    for (const [key, { value }] of Object.entries(rest)) expect(value).toBeCloseTo(over[key].value!, 12);
    // a has one pixel more than b, next to it: distances 0 and 1 one way, 0 the other; the 95 % quantile of 0, 1 is 0.95.
    expect([distance.value, none.value, same.value]).toEqual([0.95, 0, 0.95]);
  });

  test('empty masks: Dice 1 and 0, no distance; no kappa where all votes are equal; one rater has none', () => {
    expect(Object.keys(numbers({ a: [0, 0], b: [0, 0] })).sort()).toEqual(
      ['dice a b', 'generalised_energy_distance', 'mean_pairwise_dice']
        .concat(['a', 'a b', 'b'].map((who) => `generalised_energy_distance ${who}`))
        .sort(),
    );
    const half = numbers({ a: [1, 0], b: [0, 0] });
    expect([half['dice a b'].value, half['cohen_kappa a b'].value]).toEqual([0, 0]);
    expect(half).not.toHaveProperty('hausdorff_95 a b');
    expect(numbers({ a: [1, 0] })).toEqual({});
  });

  test('the distance is that of the metric, in mm where the spacing is known', () => {
    const masks = new Map([first, second, empty].map(({ values, width, height }, k) => {
      return [`r${k}`, packMask(values, width, height)] as const;
    })); // prettier-ignore
    for (const spacing of [null, [0.5, 1.25] as const]) {
      const found = [...imageNumbers(measureImage(masks, [...raterPairs(masks, spacing)]), spacing)];
      const distances = found.filter(({ name }) => name === 'hausdorff_95');
      const value = hausdorff95.measure(first, second, { threshold: 0.5, spacing });
      const pair = { name: 'hausdorff_95', rater: 'r0', otherRater: 'r1' };
      expect(distances).toEqual([{ ...pair, value, unit: spacing ? 'mm' : 'pixel' }]);
    }
  });

  test('outlines of noise, millions of pixels long, have no distance, and it is said', () => {
    const [width, height] = [2 ** 12, 2 ** 10 + 2];
    const checked = Uint8Array.from({ length: width * height }, (_, i) => (i + Math.floor(i / width)) % 2);
    const disc = draw((y, x) => y + x < 9);
    const noise = packMask(checked, width, height);
    const { pairs } = measureImage(new Map([['a', noise], ['b', noise]])); // prettier-ignore
    expect(checked.length / 2).toBeGreaterThan(LONGEST_OUTLINE);
    expect(pairs).toMatchObject([{ hausdorff95: null, outlineTooLong: true }]);
    const small = packMask(disc.values, disc.width, disc.height);
    expect(measureImage(new Map([['a', small], ['b', small]])).pairs).toMatchObject([{ hausdorff95: 0, outlineTooLong: false }]); // prettier-ignore
  });
});
