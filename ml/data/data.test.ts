import { memorySource } from './memory-source.ts';
import { permuteDiagnoses } from './permute-diagnoses.ts';
import { phantomSource } from './phantom-source.ts';
import { fundus } from './phantoms/fundus.ts';
import type { Sample } from './sample.ts';

const sample = (id: string, diagnosis: 0 | 1 | null): Sample => ({
  id,
  image: new Float32Array(12),
  raterMasks: Uint8Array.of(1, 0, 1, 1),
  annotated: Uint8Array.of(1),
  diagnosis,
});
const shape = { height: 2, width: 2, raters: ['R1'], structures: ['nodule'] };

test('a memory source reads samples in the order asked for, and refuses others', async () => {
  const source = memorySource({ ...shape, samples: [sample('a', 1), sample('b', null)] });
  expect((await source.read([1, 0])).map(({ id }) => id)).toEqual(['b', 'a']);
  expect(source.diagnoses).toEqual([1, null]);
  await expect(source.read([2])).rejects.toThrow('no sample 2: the source has 2');
});

test('a sample whose arrays do not fit the source is refused by name', () => {
  const bad = { ...sample('odd', 1), image: new Float32Array(11) };
  expect(() => memorySource({ ...shape, samples: [bad] })).toThrow(
    "sample 'odd': image has 11 values, expected 12",
  );
});

test('a phantom source holds one split and interleaves rater masks as [h, w, n, C]', async () => {
  const phantom = fundus.create({ seed: 3, config: { size: 24, train: 4, validation: 2, test: 3 } });
  const source = phantomSource(phantom, ['test']);
  expect(source.ids).toEqual([6, 7, 8].map((index) => phantom.case(index).id));
  const [read] = await source.read([1]);
  const made = phantom.case(7);
  expect(read.diagnosis).toBe(made.diagnosis);
  const [rater, structure] = [4, 1];
  const mask = Uint8Array.from(
    { length: 24 * 24 },
    (_, i) => read.raterMasks[(i * 7 + rater) * 2 + structure],
  );
  expect(mask).toEqual(made.masks[rater][structure]);
  await expect(source.read([3])).rejects.toThrow('no sample 3');
});

test('permuted diagnoses keep their counts, move, and stay absent where absent', async () => {
  const labels = Array.from({ length: 40 }, (_, i) => (i % 10 === 9 ? null : i % 3 === 0 ? 1 : 0));
  const source = memorySource({ ...shape, samples: labels.map((label, i) => sample(`${i}`, label)) });
  const permuted = permuteDiagnoses(source, 1);
  const count = (values: readonly (0 | 1 | null)[], label: 0 | 1 | null): number =>
    values.filter((value) => value === label).length;
  for (const label of [0, 1, null] as const)
    expect(count(permuted.diagnoses, label)).toBe(count(labels, label));
  expect(permuted.diagnoses).not.toEqual(labels);
  labels.forEach((label, i) => expect(permuted.diagnoses[i] === null).toBe(label === null));
  expect((await permuted.read([4, 9])).map(({ diagnosis }) => diagnosis)).toEqual([
    permuted.diagnoses[4],
    null,
  ]);
  expect(permuteDiagnoses(source, 1).diagnoses).toEqual(permuted.diagnoses);
  expect(permuteDiagnoses(source, 2).diagnoses).not.toEqual(permuted.diagnoses);
});

describe('permuted diagnoses of subjects with several images', () => {
  // 20 subjects with three images each, a third of them positive; the last one has no diagnosis.
  const labels = Array.from({ length: 60 }, (_, i) => (i >= 57 ? null : Math.floor(i / 3) % 3 === 0 ? 1 : 0));
  const subjects = labels.map((_, i) => `subject ${Math.floor(i / 3)}`);
  const plain = memorySource({ ...shape, samples: labels.map((label, i) => sample(`${i}`, label)) });
  const source = { ...plain, subjects };
  const bySubject = (index: number) => permuteDiagnoses(source, 1, { index, by: 'subject' }).diagnoses;

  test('a subject hands its diagnosis on as a whole', () => {
    const permuted = bySubject(0);
    expect(permuted).not.toEqual(labels);
    permuted.forEach((label, i) => expect(label).toBe(permuted[3 * Math.floor(i / 3)]));
    const positives = (values: readonly unknown[]) => values.filter((value) => value === 1).length;
    expect(positives(permuted)).toBe(positives(labels));
  });

  test('by image, as version 0.1.0 permuted, it does not', () => {
    const permuted = permuteDiagnoses(source, 1, { index: 0, by: 'image' }).diagnoses;
    expect(permuted.some((label, i) => label !== permuted[3 * Math.floor(i / 3)])).toBe(true);
    // With a subject an image, both are the same.
    expect(permuteDiagnoses(plain, 1, { index: 0, by: 'subject' }).diagnoses).toEqual(permuted);
  });

  test('each permutation is another', () => {
    const all = Array.from({ length: 6 }, (_, index) => bySubject(index).join());
    expect(new Set(all).size).toBe(6);
  });

  test('images of subjects who have both diagnoses are shuffled among themselves', () => {
    const eyes = labels.map((label, i) => (i < 30 && label !== null ? (i % 3 === 0 ? 1 : 0) : label));
    const mixed = { ...source, diagnoses: eyes };
    const permuted = permuteDiagnoses(mixed, 1).diagnoses;
    const positives = (values: readonly unknown[]) => values.filter((value) => value === 1).length;
    expect(positives(permuted.slice(0, 30))).toBe(positives(eyes.slice(0, 30)));
    expect(permuted.slice(0, 30)).not.toEqual(eyes.slice(0, 30));
    permuted.slice(30).forEach((label, i) => expect(label).toBe(permuted[30 + 3 * Math.floor(i / 3)]));
  });

  test('the true ones stay known, also of a permutation of a permutation', () => {
    const permuted = permuteDiagnoses(permuteDiagnoses(source, 1), 2);
    expect(permuted.trueDiagnoses).toEqual(labels);
  });
});
