import { auc } from '../../statistics/auc.ts';
import { spearman } from '../../statistics/spearman.ts';
import { phantoms } from '../index.ts';
import type { PhantomCase } from './phantom.ts';

const SIZE = 48;
const quick = { size: SIZE, train: 100, validation: 0, test: 0 };

/** What a ruler finds in a mask: vertical extent, height over width, or reach of the farthest pixel from the centre. */
const rulers: Record<string, (structures: readonly Uint8Array[]) => number> = {
  fundus: ([disc, cup]) => extent(cup, 'rows') / extent(disc, 'rows'),
  ultrasound: ([nodule]) => extent(nodule, 'rows') / extent(nodule, 'columns'),
  dermoscopy: ([lesion]) => reach(lesion),
};

function pixels(mask: Uint8Array): { x: number; y: number }[] {
  return [...mask.keys()].filter((i) => mask[i]).map((i) => ({ x: i % SIZE, y: Math.floor(i / SIZE) }));
}

function extent(mask: Uint8Array, along: 'rows' | 'columns'): number {
  const places = pixels(mask).map(({ x, y }) => (along === 'rows' ? y : x));
  return Math.max(...places) - Math.min(...places) + 1;
}

function reach(mask: Uint8Array): number {
  const inside = pixels(mask);
  const mean = (of: (p: { x: number; y: number }) => number): number =>
    inside.reduce((sum, p) => sum + of(p), 0) / inside.length;
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
  return Math.max(...inside.map((p) => Math.hypot(p.x - x, p.y - y))) / Math.sqrt(inside.length);
}

describe.each(phantoms.list().map((phantom) => [phantom.name, phantom] as const))('%s', (name, method) => {
  const phantom = method.create({ seed: 11, config: quick });
  let cases: PhantomCase[];
  beforeAll(() => {
    cases = Array.from({ length: phantom.length }, (_, index) => phantom.case(index));
  });

  test('a case follows from seed and index alone', () => {
    const again = method.create({ seed: 11, config: quick });
    expect(again.case(7)).toEqual(cases[7]);
    expect(method.create({ seed: 12, config: quick }).case(7).image).not.toEqual(cases[7].image);
  });

  test('has masks of 0 and 1, each structure within the one before, and an 8-bit image', () => {
    for (const { image, masks, truth } of cases.slice(0, 20)) {
      expect(image.length).toBe(SIZE * SIZE * 3);
      expect(
        image.every(
          (value) => value >= 0 && value <= 1 && Math.fround(Math.round(value * 255) / 255) === value,
        ),
      ).toBe(true);
      expect(masks.map((structures) => structures.length)).toEqual(
        phantom.raterTruth.map(() => phantom.structures.length),
      );
      for (const structures of [...masks, truth.masks]) {
        for (const mask of structures) expect(mask.every((value) => value <= 1)).toBe(true);
        expect(structures.at(-1)!.some(Boolean)).toBe(true);
        if (structures.length > 1)
          expect(structures[1].every((value, i) => value <= structures[0][i])).toBe(true);
      }
    }
  });

  test('the label of a case is known without its picture', () => {
    const { id, subject, split, diagnosis } = cases[5];
    expect(phantom.label(5)).toEqual({ id, subject, split, diagnosis });
  });

  test('splits follow each other with the counts asked for; a case beyond them is refused', () => {
    const small = method.create({ seed: 1, config: { size: 16, train: 3, validation: 1, test: 2 } });
    const splits = Array.from({ length: small.length }, (_, index) => small.label(index).split);
    expect(splits).toEqual(['train', 'train', 'train', 'validation', 'test', 'test']);
    expect(() => small.label(6)).toThrow('no case 6');
    expect(() => small.case(-1)).toThrow('no case -1');
  });

  test('the picture and the masks do not know the diagnosis, only the shape', () => {
    // With another prevalence the same cases get other diagnoses; nothing else may move by a bit.
    const rare = method.create({ seed: 11, config: { ...quick, prevalence: 0.02 } });
    const flipped = cases.findIndex((item, index) => item.diagnosis !== rare.label(index).diagnosis);
    const other = rare.case(flipped);
    expect(other.image).toEqual(cases[flipped].image);
    expect(other.masks).toEqual(cases[flipped].masks);
  });

  test('the share of positives is the prevalence', () => {
    const many = method.create({ seed: 2, config: { train: 4000, prevalence: 0.2 } });
    let positives = 0;
    for (let index = 0; index < 4000; index++) positives += many.label(index).diagnosis;
    // Standard error 0.0063; four of them.
    expect(Math.abs(positives / 4000 - 0.2)).toBeLessThan(0.026);
  });

  test('the stated best AUC is that of the shape itself', () => {
    const found = auc(
      cases.map(({ truth }) => truth.shape),
      cases.map(({ diagnosis }) => diagnosis),
    );
    // Four standard errors; a 95 % interval is 3.92 wide.
    expect(Math.abs(phantom.achievableAuc - found.value!)).toBeLessThan(
      (4 * (found.high! - found.low!)) / 3.92,
    );
  });

  test('a ruler finds more of the true shape in the masks of the more informative raters', () => {
    const shapes = cases.map(({ truth }) => truth.shape);
    const found = phantom.raterTruth.map((_, rater) =>
      spearman(
        shapes,
        cases.map(({ masks }) => rulers[name](masks[rater])),
      )!,
    );
    const stated = phantom.raterTruth.map(({ informativeness }) => informativeness);
    expect(spearman(found, stated)!).toBeGreaterThan(0.9);
    expect(Math.max(...found)).toBeGreaterThan(Math.min(...found) + 0.3);
  });
});
