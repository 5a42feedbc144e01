import { createRandom, normal } from '../random.ts';
import { auc, aucBootstrap, compareAuc, type Label } from './auc.ts';
import { midranks } from './placements.ts';

// Reference values: bench/reference/metrics.py (scikit-learn 1.7.2, MLstatkit 0.1.9, DeLong's definition in numpy).
const indices = Array.from({ length: 40 }, (_, i) => i);
const first = indices.map((i) => ((i * i * 37 + 11) % 29) / 29);
const second = indices.map((i) => ((i * i * 17 + 5) % 23) / 23);
const labels = indices.map((i): Label => ((i * 7 + 3) % 10 < 4 || first[i] > 0.85 ? 1 : 0));

test('equals scikit-learn on scores with ties, with DeLong’s interval from its definition', () => {
  const a = auc(first, labels);
  expect(a.value).toBeCloseTo(0.7058823529411764, 12);
  expect(a.low).toBeCloseTo(0.5251821092291911, 10);
  expect(a.high).toBeCloseTo(0.8389077735652776, 10);
  const b = auc(second, labels);
  expect(b.value).toBeCloseTo(0.46803069053708446, 12);
  expect(b.low).toBeCloseTo(0.29617603542702503, 10);
  expect(b.high).toBeCloseTo(0.647819990317667, 10);
  expect(a).toMatchObject({ interval: 'delong', count: 40, undefinedCount: 0, note: null });
});

test('equals a case worked by hand', () => {
  // Positives 3, 2; negatives 2, 1, 0: pairs won 3 + 2, one tie: 5.5 of 6.
  expect(auc([3, 2, 2, 1, 0], [1, 1, 0, 0, 0]).value).toBe(5.5 / 6);
  expect([...midranks([3, 2, 2, 1, 0])]).toEqual([5, 3.5, 3.5, 2, 1]);
});

test('the paired test equals MLstatkit’s', async () => {
  const result = (await compareAuc(first, second, labels))!;
  expect(result.difference).toBeCloseTo(0.7058823529411764 - 0.46803069053708446, 12);
  expect(result.z).toBeCloseTo(1.821874550526593, 9);
  expect(result.p).toBeCloseTo(0.06847402264203911, 9);
  expect((await compareAuc(second, first, labels))!.z).toBeCloseTo(-1.821874550526593, 9);
});

test('two scores of the same order have a difference of 0, without interval or p', async () => {
  const scaled = first.map((score) => 2 * score + 1);
  expect(await compareAuc(first, scaled, labels)).toEqual({
    difference: 0,
    low: null,
    high: null,
    interval: null,
    z: null,
    p: null,
    note: 'no test: the variance is 0, as both order the images alike',
  });
});

test('images without a diagnosis are left out and counted', () => {
  const result = auc([...first, 0.5, 0.9], [...labels, null, null]);
  expect(result.value).toBe(auc(first, labels).value);
  expect(result).toMatchObject({ count: 40, undefinedCount: 2 });
});

test('one class only gives null with the reason, never NaN', async () => {
  const result = auc([0.1, 0.2], [1, 1]);
  expect(result).toMatchObject({ value: null, low: null, high: null, count: 0, undefinedCount: 2 });
  expect(result.note).toBe('the AUC needs both diagnoses: 2 positive, 0 negative');
  expect(auc([], []).note).toBe('no image has a diagnosis');
  expect(await compareAuc([0.1, 0.2], [0.3, 0.4], [0, 0])).toBeNull();
  expect(aucBootstrap([0.1], [0], { seed: 1 }).value).toBeNull();
});

test.each<[string, number[], Label[], number, string]>([
  ['perfect separation', [3, 2, 1, 0], [1, 1, 0, 0], 1, 'no interval: the classes are perfectly separated'],
  ['equal scores', [1, 1, 1, 1], [1, 0, 1, 0], 0.5, 'no interval: all scores are equal'],
  [
    'one positive image',
    [2, 1, 3, 0],
    [1, 0, 0, 0],
    2 / 3,
    'no interval: only one subject has positive images',
  ],
  [
    'one negative image',
    [2, 1, 3, 0],
    [0, 1, 1, 1],
    1 / 3,
    'no interval: only one subject has negative images',
  ],
])('%s has an AUC, and a note in place of an interval', (_what, scores, classes, value, note) => {
  for (const measure of [auc(scores, classes), aucBootstrap(scores, classes, { seed: 1 })]) {
    expect(measure.value).toBeCloseTo(value, 12);
    expect(measure).toMatchObject({ low: null, high: null, interval: null, note, count: 4 });
  }
});

test('with one positive image no p comes from the spread of the others', async () => {
  const one = labels.map((_, i): Label => (i === 7 ? 1 : 0));
  expect(await compareAuc(first, second, one)).toMatchObject({
    low: null,
    high: null,
    p: null,
    note: 'no test: only one subject has positive images',
  });
});

describe('where subjects have several images', () => {
  // Of 17 subjects 5 have positive images only, 2 negative ones only, 10 both.
  const subjects = indices.map((i) => `subject ${Math.floor((i * 3) / 5) % 17}`);

  // Obuchowski's S10, S01 and S11 over all pairs, in numpy (bench/reference/clustered.py). Leaving out one subject at a
  // time, scikit-learn's AUC gives 0.0110 for the first variance, which is 0.0102 here.
  test('the interval and the paired test equal Obuchowski’s', async () => {
    const a = auc(first, labels, subjects);
    expect(a).toMatchObject({ interval: 'obuchowski', count: 40 });
    expect(a.value).toBeCloseTo(0.7058823529411764, 12);
    expect(a.low).toBeCloseTo(0.48015922323093646, 10);
    expect(a.high).toBeCloseTo(0.8618024966979926, 10);
    const difference = (await compareAuc(first, second, labels, subjects))!;
    expect(difference.interval).toBe('obuchowski');
    expect(difference.z).toBeCloseTo(1.5976102989027738, 9);
    expect(difference.p).toBeCloseTo(0.11012973295860129, 9);
  });

  test('an image that stands there twice tells no more than once', () => {
    const twice = [...first, ...first];
    const of = [...indices, ...indices].map(String);
    const by = auc(twice, [...labels, ...labels], of);
    const [once, doubled] = [auc(first, labels), auc(twice, [...labels, ...labels])];
    expect([by.low, by.high]).toEqual([expect.closeTo(once.low!, 9), expect.closeTo(once.high!, 9)]);
    expect(doubled.high! - doubled.low!).toBeLessThan(0.8 * (by.high! - by.low!));
  });

  test('the bootstrap draws subjects', () => {
    // scikit-learn's AUC of 20,000 resamples of whole subjects within the three kinds: 0.5026 to 0.8604.
    const boot = aucBootstrap(first, labels, { seed: 3, subjects, resamples: 5000 });
    expect(boot.low).toBeCloseTo(0.5026, 2);
    expect(boot.high).toBeCloseTo(0.8604, 2);
  });

  test('one subject with all the positive images has no spread', () => {
    const all = labels.map((label, i) => (label === 1 ? 'one' : `other ${i}`));
    expect(auc(first, labels, all)).toMatchObject({
      low: null,
      note: 'no interval: only one subject has positive images',
    });
  });

  test('a subject for each image is asked for', () => {
    expect(() => auc([1, 2], [1, 0], ['a'])).toThrow('received 1 for 2 images');
  });
});

test('wrong lengths and scores that are not numbers are refused', () => {
  expect(() => auc([1], [1, 0])).toThrow('received 1 and 2');
  expect(() => auc([1, NaN], [1, 0])).toThrow('score 1 is not a number');
});

test('the bootstrap repeats with its seed and agrees with DeLong on many images', () => {
  const random = createRandom('bootstrap test');
  const many = Array.from({ length: 600 }, (_, i): Label => (i % 3 === 0 ? 1 : 0));
  const scores = many.map((label) => normal(random) + (label ?? 0));
  const options = { seed: 7, resamples: 500 };
  const boot = aucBootstrap(scores, many, options);
  const delong = auc(scores, many);
  expect(boot).toEqual(aucBootstrap(scores, many, options));
  expect(boot.low).not.toBe(aucBootstrap(scores, many, { ...options, seed: 8 }).low);
  expect(boot.value).toBeCloseTo(delong.value!, 12);
  // Both estimate the same quantiles; 500 resamples place them within about a tenth of the interval's width.
  const width = delong.high! - delong.low!;
  expect(Math.abs(boot.low! - delong.low!)).toBeLessThan(0.2 * width);
  expect(Math.abs(boot.high! - delong.high!)).toBeLessThan(0.2 * width);
});

test('DeLong’s interval covers the true AUC about as often as it says', () => {
  // Normal scores one standard deviation apart: the AUC is Φ(1/√2) = 0.7602.
  const random = createRandom('coverage');
  let covered = 0;
  for (let round = 0; round < 400; round++) {
    const many = Array.from({ length: 80 }, (_, i): Label => (i % 2 === 0 ? 1 : 0));
    const { low, high } = auc(
      many.map((label) => normal(random) + (label ?? 0)),
      many,
    );
    if (low! <= 0.7602499389 && high! >= 0.7602499389) covered += 1;
  }
  // 0.95 with a standard error of 0.011; three of them below and above.
  expect(covered / 400).toBeGreaterThan(0.917);
  expect(covered / 400).toBeLessThan(0.983);
});
