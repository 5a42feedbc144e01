import { imageAgreement } from './image-agreement.ts';
import { raterAgreement, type AgreementMeasure } from './rater-agreement.ts';

type Masks = Readonly<Record<string, readonly number[]>>;

/** The figures by 'name', 'name rater' or 'name rater other'. */
function agreement(raters: readonly string[], ...images: Masks[]): Record<string, AgreementMeasure> {
  const counts = images.map((masks) => imageAgreement(new Map(Object.entries(masks))));
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

test('empty masks: two are undefined for Dice and alike in distance; all empty leaves no kappa', () => {
  const found = agreement(['a', 'b'], { a: [0, 0], b: [0, 0] });
  expect(found['dice a b']).toMatchObject({ value: null, undefinedCount: 1, note: 'all masks are empty' });
  expect(found['mean_pairwise_dice']).toMatchObject({ value: null, note: 'all masks are empty' });
  expect(found['cohen_kappa a b']).toMatchObject({ value: null, note: 'all votes are equal' });
  expect(found['krippendorff_alpha']).toMatchObject({ value: null, note: 'all votes are equal' });
  expect(found['generalised_energy_distance'].value).toBe(0);
  const half = agreement(['a', 'b'], { a: [0, 0], b: [0, 0] }, { a: [1, 0], b: [0, 0] });
  expect(half['dice a b']).toMatchObject({ value: 0, count: 1, undefinedCount: 1 });
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
  const pixels = 2 ** 24 + 1;
  const masks = new Map([
    ['a', new Uint8Array(pixels).fill(1)],
    ['b', new Uint8Array(pixels)],
  ] as const);
  const counts = imageAgreement(masks);
  expect(counts.pairs[0].counts).toEqual({ both: 0, firstOnly: pixels, secondOnly: 0, neither: 0 });
  expect(counts.votes).toMatchObject({ items: pixels, votes: 2 * pixels, yes: pixels });
});
