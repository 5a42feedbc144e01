import { createSquares } from '../models.test-helper.ts';
import { exchangeMasks, partnersOf } from './exchange-masks.ts';

const ids = Array.from({ length: 12 }, (_, k) => `image ${k}`);

test('each image gets the mask of another, each mask is used once, and the seed decides which', () => {
  const partners = partnersOf({ ids }, 1);
  expect([...partners].sort((a, b) => a - b)).toEqual(ids.map((_, k) => k));
  partners.forEach((partner, image) => expect(partner).not.toBe(image));
  expect(partnersOf({ ids }, 1)).toEqual(partners);
  expect(partnersOf({ ids }, 2)).not.toEqual(partners);
});

test('the other image shows another subject', () => {
  const subjects = ids.map((_, k) => `subject ${Math.floor(k / 3)}`);
  for (const seed of [1, 2, 3]) {
    partnersOf({ ids, subjects }, seed).forEach((partner, image) =>
      expect(subjects[partner]).not.toBe(subjects[image]),
    );
  }
});

test('one subject alone exchanges its own masks, one image keeps its own', () => {
  expect(partnersOf({ ids: ids.slice(0, 2), subjects: ['a', 'a'] }, 1)).toEqual([1, 0]);
  expect(partnersOf({ ids: ids.slice(0, 1) }, 1)).toEqual([0]);
});

test('nothing but the fused mask is exchanged', async () => {
  const source = createSquares(6);
  const partners = partnersOf(source, 4);
  const exchanged = await exchangeMasks(source, 4).read([2, 0]);
  const own = await source.read([2, 0, partners[2], partners[0]]);
  exchanged.forEach(({ fused, ...rest }, k) => {
    expect(fused).toEqual(own[2 + k].fused);
    expect(rest).toEqual({ ...own[k], fused: undefined, ...rest });
    expect(rest.image).toBe(own[k].image);
  });
});
