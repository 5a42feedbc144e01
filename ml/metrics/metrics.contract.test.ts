import { z } from 'zod';
import { createRandom } from '../random.ts';
import { bitsByRater } from './agreement/bits.test-helper.ts';
import { measureImage } from './agreement/measure-image.ts';
import { draw, edged, empty, first, second } from './drawn-masks.test-helper.ts';
import { isEmptyAbove } from './empty-masks.ts';
import { metrics } from './index.ts';
import type { Mask, MaskMetric, MaskWithRatersMetric, Metric, RatersMetric, ScoreMetric } from './metric.ts';

type Named<M> = readonly (readonly [string, M])[];

function comparing<M extends Metric>(compares: M['compares']): Named<M> {
  return metrics
    .list()
    .flatMap((metric) => (metric.compares === compares ? [[metric.name, metric as M]] : []));
}

const random = createRandom('soft masks');
const soft: Mask = { ...first, values: Float32Array.from(first.values, () => random()) };
const half: Mask = { ...first, values: Float32Array.from(second.values, (value) => 0.6 * value) };
const full = draw(() => true);
const masks = [first, second, edged, soft, half, full];
const pairs = masks.flatMap((a) => masks.map((b) => [a, b] as const));

function expectInRange({ range: [low, high] }: Metric, value: number): void {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high ?? Number.MAX_VALUE);
}

/** The end of the range that is as good as can be. */
const bestOf = ({ better, range: [low, high] }: Metric): number => (better === 'higher' ? high! : low);

describe.each(metrics.list().map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
  test('says what it is', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    for (const text of [metric.summary, metric.formula, metric.citation]) expect(text).not.toBe('');
    expect(metric.perImage || metric.overImages !== null).toBe(true);
    expect(metric.emptyMasks === null).toBe(metric.compares === 'scores');
    expect(Number.isFinite(bestOf(metric))).toBe(true);
  });

  test('every setting has a default and a description; unknown settings are refused', () => {
    const { properties = {} } = z.toJSONSchema(metric.config, { io: 'input', unrepresentable: 'any' });
    for (const property of Object.values(properties)) {
      expect(property).toHaveProperty('default');
      expect(property).toHaveProperty('description', expect.stringMatching(/\w{3}/));
    }
    expect(() => metric.config.parse({ unknownSetting: 1 })).toThrow(/unknownSetting/);
    for (const preset of Object.values(metric.presets)) metric.config.parse(preset);
  });
});

describe.each(comparing<MaskMetric>('masks'))('%s compares masks', (_, metric) => {
  const config = metric.config.parse({});
  const measure = (mask: Mask, reference: Mask) => metric.measure(mask, reference, config);

  test('a mask with itself is as good as can be, another is worse', () => {
    for (const mask of [first, second, edged, soft, full]) expect(measure(mask, mask)).toBe(bestOf(metric));
    expect(measure(first, second)).not.toBe(bestOf(metric));
  });

  test('keeps to its range, and to its symmetry', () => {
    for (const [a, b] of pairs) {
      const value = measure(a, b)!;
      expectInRange(metric, value);
      if (metric.symmetric) expect(measure(b, a)).toBeCloseTo(value, 12);
    }
  });

  test('empty masks give what it says: by the one rule, overlaps are 1 and 0, distances undefined', () => {
    expect(metric.whenEmpty).toEqual(
      metric.better === 'higher' ? { both: 1, one: 0 } : { both: null, one: null },
    );
    expect(isEmptyAbove(empty, metric.emptyAt(config))).toBe(true);
    expect(isEmptyAbove(first, metric.emptyAt(config))).toBe(false);
    expect(measure(empty, empty)).toBe(metric.whenEmpty.both);
    expect([measure(empty, first), measure(first, empty)]).toEqual(Array(2).fill(metric.whenEmpty.one));
    for (const [value, word] of [
      [metric.whenEmpty.both, /both/i],
      [metric.whenEmpty.one, /one/i],
    ] as const) {
      expect(metric.emptyMasks).toMatch(word);
      expect(metric.emptyMasks).toMatch(value === null ? /undefined.*counted/ : String(value));
    }
  });

  test('masks of other sizes and pixels that are not numbers are refused', () => {
    const turned = { ...first, height: first.width, width: first.height };
    expect(() => measure(first, turned)).toThrow('masks differ in size: 40×56 and 56×40 pixels');
    expect(() => measure(first, { ...first, values: first.values, height: 20 })).toThrow('20×56');
    const bad = { ...second, values: Float32Array.from(second.values, (v, i) => (i === 7 ? NaN : v)) };
    expect(() => measure(first, bad)).toThrow('pixel 7 is not a number');
  });

  test('does not change what it compares', () => {
    const before = [first, soft].map(({ values }) => Float32Array.from(values));
    measure(first, soft);
    expect([first.values, soft.values]).toEqual(before);
  });
});

describe.each(comparing<MaskWithRatersMetric>('mask-with-raters'))('%s compares with raters', (_, metric) => {
  const config = metric.config.parse({});
  const measure = (mask: Mask, raters: readonly Mask[]) => metric.measure(mask, raters, config);

  test('is best where all raters drew the mask, in its range elsewhere, in any order', () => {
    expect(measure(first, [first, first])).toBe(bestOf(metric));
    const value = measure(soft, [first, second, empty])!;
    expectInRange(metric, value);
    expect(measure(soft, [empty, second, first])).toBeCloseTo(value, 12);
  });

  test('is undefined without raters; masks of other sizes are refused', () => {
    expect(measure(first, [])).toBeNull();
    const turned = { ...first, height: first.width, width: first.height };
    expect(() => measure(first, [first, turned])).toThrow('40×56 and 56×40');
  });
});

const ofDiagnoses = comparing<ScoreMetric>('scores').filter(([, { reads }]) => reads !== 'exchanged');

describe.each(ofDiagnoses)('%s compares scores with diagnoses', (_, metric) => {
  const labels = [1, 0, 1, 0, null, 1, 0] as const;
  const measure = async (scores: readonly number[], of: readonly (0 | 1 | null)[] = labels) => {
    const images = { labels: of, subjects: undefined, scores, controls: [scores], exchanged: scores };
    return metric.measure(images, metric.config.parse({}), 1);
  };

  test('scores that tell the diagnoses are best, mixed ones within the range; equal seeds give equal bits', async () => {
    expect((await measure([3, 1, 3, 1, 9, 4, 0])).value).toBe(bestOf(metric));
    const mixed = await measure([3, 1, 0, 2, 9, 4, 0]);
    for (const value of [mixed.value!, mixed.low!, mixed.high!]) expectInRange(metric, value);
    expect(await measure([3, 1, 0, 2, 9, 4, 0])).toEqual(mixed);
    expect(mixed).toMatchObject({ count: 6, undefinedCount: 1 });
  });

  test('one class only is undefined and says why; other counts and scores that are not numbers are refused', async () => {
    const found = await measure([1, 2], [1, 1]);
    expect(found).toMatchObject({
      value: null,
      low: null,
      high: null,
      note: expect.stringMatching(/\w/) as string,
    });
    await expect(measure([1], [1, 0])).rejects.toThrow('1 and 2');
    await expect(measure([1, NaN], [1, 0])).rejects.toThrow('score 1 is not a number');
  });
});

describe.each(comparing<RatersMetric>('raters'))('%s compares raters', (_, metric) => {
  const distance = metric.better === 'lower' ? 'distance ' : '';
  const groups = { all: {}, one: { rater: 'a' }, pair: { rater: 'a', otherRater: 'b' } };
  const measures = (...images: Record<string, ArrayLike<number>>[]) => {
    const counts = images.map((image) => measureImage(bitsByRater(image)));
    return metric.groups.map((kind) => metric.measure(counts, groups[kind], 1));
  };

  test('raters who draw alike agree fully, others within the range', () => {
    for (const { value } of measures({ a: first.values, b: first.values, c: first.values }))
      expect(value).toBeCloseTo(bestOf(metric), 12);
    for (const { value } of measures({ a: first.values, b: second.values, c: edged.values })) {
      expectInRange(metric, value!);
      expect(value).not.toBeCloseTo(bestOf(metric), 3);
    }
  });

  test('one rater agrees with nobody: undefined, with the reason and the image counted', () => {
    for (const measure of measures({ a: first.values }))
      expect(measure).toMatchObject({
        value: null,
        count: 0,
        undefinedCount: 1,
        note: expect.stringMatching(/\w/) as string,
      });
  });

  test('empty masks of all are undefined or full agreement, never NaN', () => {
    for (const { value, note } of measures({ a: [0, 0], b: [0, 0] })) {
      if (value === null) expect(note).toMatch(/all/);
      else expect(value).toBe(bestOf(metric));
      expect(metric.emptyMasks).toMatch(
        value === null ? /undefined/ : `both empty ${distance}${bestOf(metric)}`,
      );
    }
  });

  test('each image has its own number, that of the set of this image alone', () => {
    const image = measureImage(bitsByRater({ a: first.values, b: second.values, c: edged.values }));
    for (const kind of metric.groups) {
      const { value } = metric.measure([image], groups[kind], 1);
      expect(metric.ofImage(image, groups[kind])).toBeCloseTo(value!, 12);
    }
    expect(metric.ofImage(measureImage(new Map()), groups[metric.groups[0]])).toBeNull();
  });
});
