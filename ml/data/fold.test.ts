import { divisionFault, fold, imagesOfFold, inFold } from './fold.ts';
import { permuteDiagnoses } from './permute-diagnoses.ts';
import { subsetSource } from './subset-source.ts';

const ids = Array.from({ length: 3000 }, (_, k) => `image-${k}`);

test('each image falls into one part, and the parts are of about equal size', () => {
  const parts = [0, 1, 2].map((index) => ids.filter((id) => inFold(id, { index, of: 3 })));
  expect(new Set(parts.flat()).size).toBe(ids.length);
  // Three standard deviations of a binomial of 3000 draws at 1/3.
  for (const part of parts) expect(Math.abs(part.length - 1000)).toBeLessThan(3 * Math.sqrt(3000 * (2 / 9)));
});

test('the images of a subject fall into one part, also of a subset and with permuted diagnoses', () => {
  const subjects = ids.map((_, k) => `subject-${k % 1000}`);
  const diagnoses = ids.map(() => null);
  const source = {
    height: 1,
    width: 1,
    raters: [],
    structures: [],
    ids,
    subjects,
    diagnoses,
    read: async () => [],
  };
  const half = { index: 0, of: 2 };
  const own = subjects.flatMap((subject, image) => (inFold(subject, half) ? [image] : []));
  expect(imagesOfFold(source, half)).toEqual(own);
  expect(imagesOfFold(permuteDiagnoses(source, 1), half)).toEqual(own);
  expect(imagesOfFold(subsetSource(source, [...own].reverse()), half)).toHaveLength(own.length);
  // Without subjects each image stands for itself.
  expect(imagesOfFold({ ids }, half)).toEqual(ids.flatMap((id, image) => (inFold(id, half) ? [image] : [])));
});

test('a part that is not there is refused', () => {
  expect(() => fold.parse({ index: 2, of: 2 })).toThrow('index must be below of');
});

test.each([
  ['all parts, in any order', ['1/2', '0/2'], null],
  ['none', [], 'there is no fold'],
  ['one that is missing', ['0/3', '2/3'], 'fold 1 of 3 is missing'],
  ['one that stands twice', ['0/2', '1/2', '1/2'], 'fold 1 of 2 is there 2 times'],
  ['parts of different divisions', ['0/2', '1/3'], 'fold 0 of 2 and fold 1 of 3 overlap'],
])('what keeps folds from being one division is named: %s', (_what, folds, fault) => {
  const parsed = folds.map((text) => {
    const [index, of] = text.split('/').map(Number);
    return { index, of };
  });
  expect(divisionFault(parsed)).toBe(fault);
});
