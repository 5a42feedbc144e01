import { loadBackend } from '../backend.ts';
import { aggnet } from './aggnet.ts';
import { dawidSkene } from './dawid-skene.ts';
import type { Fusion } from './fusion.ts';
import { configOf, createSource, fitAll, fuseAll } from './fusion-fixtures.ts';
import { majorityVote } from './majority-vote.ts';
import { raterFigures } from './rater-figures.ts';
import { simple } from './simple.ts';
import { staple } from './staple.ts';

beforeAll(async () => {
  await loadBackend();
});

test('sensitivity and specificity are means over the structures where each is known', () => {
  const structures = [{ sensitivity: 0.5, specificity: 1 }, { sensitivity: null, specificity: 0.5 }, null];
  expect(raterFigures(0.25, structures)).toEqual({
    weight: 0.25,
    sensitivity: 0.5,
    specificity: 0.75,
    structures,
  });
  expect(raterFigures(1, [null])).toMatchObject({ sensitivity: null, specificity: null });
});

const estimating = [staple, dawidSkene, simple, aggnet] as Fusion[];

test.each(estimating)(
  '$name tells performance by structure, but of none that was not annotated',
  async (fusion) => {
    const annotated = (_: number, rater: number, structure: number) =>
      rater === 2 && structure === 1 ? 0 : 1;
    for (const { raters } of await fuseAll(fusion, { source: createSource({ annotated }) })) {
      const known = raters.map(({ structures }) => structures?.map((one) => one !== null));
      expect(known).toEqual([
        [true, true],
        [true, true],
        [true, false],
      ]);
      const { sensitivity, specificity, structures } = raters[2];
      expect({ sensitivity, specificity }).toEqual(structures![0]);
    }
  },
);

test('AggNet’s performance of a rater is what it learned of them, in every image', async () => {
  const source = createSource();
  const fusion = aggnet as Fusion;
  const fitted = await fitAll(fusion, { source, config: configOf(fusion), seed: 1 });
  for (const { raters } of await fuseAll(fusion, { source })) {
    raters.forEach(({ structures }, rater) => {
      const learned = fitted!.tensors.get(`sensitivity/${source.raters[rater]}`)!;
      expect(structures!.map((one) => one!.sensitivity)).toEqual([...learned.values]);
    });
  }
});

test('a vote judges nobody', async () => {
  const [{ raters }] = await fuseAll(majorityVote, { source: createSource() });
  for (const rater of raters) {
    expect(rater).toMatchObject({ sensitivity: null, specificity: null });
    expect(rater.structures).toBeUndefined();
  }
});
