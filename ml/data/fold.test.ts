import { divisionFault, fold, foldsOf, imagesOfFold, type Fold } from './fold.ts';
import { permuteDiagnoses } from './permute-diagnoses.ts';
import type { SampleSource } from './sample.ts';

type Label = 0 | 1 | null;

const sourceOf = (subjects: readonly string[], diagnoses: readonly Label[]): SampleSource => ({
  height: 1,
  width: 1,
  raters: [],
  structures: [],
  ids: subjects.map((_, k) => `image ${k}`),
  subjects,
  diagnoses,
  read: async () => [],
});
const partsOf = (source: SampleSource, of: number): number[][] =>
  foldsOf(of).map((fold) => imagesOfFold(source, fold));
const count = (images: readonly number[], source: SampleSource, label: Label): number =>
  images.filter((image) => source.diagnoses[image] === label).length;

describe('stratified', () => {
  // 33 subjects with two images each: 7 positive, 20 negative, 6 without a diagnosis.
  const subjects = Array.from({ length: 66 }, (_, k) => `subject ${Math.floor(k / 2)}`);
  const diagnoses = subjects.map((_, k): Label => (k < 14 ? 1 : k < 54 ? 0 : null));
  const source = sourceOf(subjects, diagnoses);

  test('each part has its share of every diagnosis, to one subject', () => {
    for (const number of [2, 3, 5]) {
      const parts = partsOf(source, number);
      expect(parts.flat().sort((a, b) => a - b)).toEqual(source.ids.map((_, k) => k));
      for (const part of parts) {
        for (const [label, all] of [
          [1, 7],
          [0, 20],
          [null, 6],
        ] as const) {
          const ofLabel = count(part, source, label) / 2;
          expect([Math.floor(all / number), Math.ceil(all / number)]).toContain(ofLabel);
        }
        expect(Math.abs(part.length / 2 - 33 / number)).toBeLessThan(1);
      }
    }
  });

  test('where there are as many positive subjects as parts, each part has one', () => {
    for (let round = 0; round < 20; round++) {
      const names = Array.from({ length: 25 }, (_, k) => `round ${round}, subject ${k}`);
      const few = sourceOf(
        names,
        names.map((_, k): Label => (k % 5 === 0 ? 1 : 0)),
      );
      for (const part of partsOf(few, 5)) expect(count(part, few, 1)).toBe(1);
    }
  });

  test('all images of a subject are in one part, also of one who has both diagnoses', () => {
    const mixed = diagnoses.map((label, k): Label => (k % 8 === 0 ? 0 : label));
    for (const part of partsOf(sourceOf(subjects, mixed), 3)) {
      for (const image of part) expect(part).toContain(image % 2 === 0 ? image + 1 : image - 1);
    }
  });

  test('the order of the images does not matter, nor do diagnoses that are permuted for a control', () => {
    const order = source.ids.map((_, k) => (k * 25) % 66);
    const turned = sourceOf(
      order.map((k) => subjects[k]),
      order.map((k) => diagnoses[k]),
    );
    const names = (of: SampleSource) =>
      partsOf(of, 2).map((part) => [...new Set(part.map((image) => of.subjects![image]))].sort());
    expect(names(turned)).toEqual(names(source));
    const permuted = permuteDiagnoses(source, 1);
    expect(permuted.diagnoses).not.toEqual(source.diagnoses);
    expect(partsOf(permuted, 2)).toEqual(partsOf(source, 2));
  });

  test('which part a subject is in depends on its name, not on its place', () => {
    const names = Array.from({ length: 40 }, (_, k) => `n${k}`);
    const ordered = names.map((_, k): Label => (k < 20 ? 1 : 0));
    const [first] = partsOf(sourceOf(names, ordered), 2);
    expect(first).not.toEqual(names.flatMap((_, k) => (k % 2 === 0 ? [k] : [])));
  });
});

describe('by name, as version 0.1.0 divided', () => {
  const byName = (index: number, of: number): Fold => ({ index, of, division: 'by-name' });
  const ids = Array.from({ length: 3000 }, (_, k) => `image-${k}`);
  const nobody = ids.map((): Label => null);

  test('each image falls into one part, and the parts are of about equal size', () => {
    const parts = [0, 1, 2].map((index) => imagesOfFold({ ids, diagnoses: nobody }, byName(index, 3)));
    expect(new Set(parts.flat()).size).toBe(ids.length);
    // Three standard deviations of a binomial of 3000 draws at 1/3.
    for (const part of parts)
      expect(Math.abs(part.length - 1000)).toBeLessThan(3 * Math.sqrt(3000 * (2 / 9)));
  });

  test('the part of a subject is what it was', () => {
    // As 0.1.0 (c3b099f) printed them for fold 0 of 2.
    const names = Array.from({ length: 12 }, (_, k) => `subject-${k}`);
    const part = imagesOfFold(
      sourceOf(
        names,
        names.map((): Label => 0),
      ),
      byName(0, 2),
    );
    expect(part).toEqual([3, 4, 7, 9]);
  });
});

test('a part that is not there is refused; nothing said, parts are stratified', () => {
  expect(() => fold.parse({ index: 2, of: 2 })).toThrow('index must be below of');
  expect(fold.parse({ index: 1, of: 2 }).division).toBe('stratified');
});

test.each([
  ['all parts, in any order', ['1/2', '0/2'], null],
  ['none', [], 'there is no fold'],
  ['one that is missing', ['0/3', '2/3'], 'fold 1 of 3 is missing'],
  ['one that stands twice', ['0/2', '1/2', '1/2'], 'fold 1 of 2 is there 2 times'],
  ['parts of different divisions', ['0/2', '1/3'], 'fold 0 of 2 and fold 1 of 3 overlap'],
  ['one part by name', ['0/2', '1/2/by-name'], 'fold 0 of 2 and fold 1 of 2 by name overlap'],
])('what keeps folds from being one division is named: %s', (_what, folds, fault) => {
  const parsed = folds.map((text): Fold => {
    const [index, of, division = 'stratified'] = text.split('/');
    return fold.parse({ index: Number(index), of: Number(of), division });
  });
  expect(divisionFault(parsed)).toBe(fault);
});
