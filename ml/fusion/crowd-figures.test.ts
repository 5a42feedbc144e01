import { createFigureSums, oddsOf, oddsWeights, posterior } from './crowd-figures.ts';
import { createSource, fuseAll, SIZE } from './fusion-fixtures.ts';
import { aggnet } from './aggnet.ts';
import { maxMig } from './max-mig.ts';
import type { Fusion } from './fusion.ts';
import { readRaterMasks } from './rater-masks.ts';
import { createRandom } from '../random.ts';
import { loadBackend } from '../backend.ts';

beforeAll(async () => {
  await loadBackend();
});

/** Three raters, four pixels; one structure. */
const sample = {
  id: 'four pixels',
  image: new Float32Array(12),
  // pixel:                  0        1        2        3
  raterMasks: Uint8Array.of(1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0),
  annotated: Uint8Array.of(1, 1, 1),
  diagnosis: null,
};
const shape = { height: 2, width: 2, raters: ['R1', 'R2', 'R3'], structures: ['lesion'] };
const masks = readRaterMasks(sample, { ...shape, ids: [], diagnoses: [], read: () => Promise.resolve([]) });

test('the E step is Bayes’ rule over the raters and the network, worked by hand', () => {
  const figures = {
    sensitivity: Float64Array.of(0.9, 0.8, 0.6),
    specificity: Float64Array.of(0.7, 0.9, 0.5),
  };
  // The network says one half everywhere but at pixel 2, where it says 4 to 1.
  const mu = posterior(sample, masks, figures, [0, 0, Math.log(4), 0]);
  const a1 = 0.9 * 0.8 * 0.4;
  const b1 = 0.3 * 0.1 * 0.5;
  const a2 = 4 * 0.1 * 0.2 * 0.6;
  const b2 = 0.7 * 0.9 * 0.5;
  // float32 keeps seven digits.
  expect(mu[1]).toBeCloseTo(a1 / (a1 + b1), 6);
  expect(mu[2]).toBeCloseTo(a2 / (a2 + b2), 6);
  expect([mu[0], mu[3]]).toEqual([1, 0]);
});

test('a network that is sure overrules divided raters, never united ones', () => {
  const figures = {
    sensitivity: Float64Array.of(0.7, 0.7, 0.7),
    specificity: Float64Array.of(0.7, 0.7, 0.7),
  };
  expect([...posterior(sample, masks, figures, [-50, -50, 50, 50])].map(Math.round)).toEqual([1, 0, 1, 0]);
});

test('the M step counts agreement with the truth, of the background only as much as of the rest', () => {
  const sums = createFigureSums(3, 1);
  sums.add(sample, masks, Float32Array.of(1, 0.75, 0.25, 0));
  const { sensitivity, specificity } = sums.figures();
  // Inside: 1 + 0.75 + 0.25 = 2. Outside: 0.25 + 0.75, and one background pixel for three others that has them all right.
  const expected = {
    sensitivity: [1.75 / 2, 1.75 / 2, 1.25 / 2],
    specificity: [1.75 / 2, 1.75 / 2, 1.25 / 2],
  };
  expected.sensitivity.forEach((value, j) => expect(sensitivity[j]).toBeCloseTo(value, 9));
  expected.specificity.forEach((value, j) => expect(specificity[j]).toBeCloseTo(value, 9));
});

test('weights are differences in log-odds; a rater no better than chance has none', () => {
  const figures = {
    sensitivity: Float64Array.of(0.9, 0.75, 0.5),
    specificity: Float64Array.of(0.9, 0.9, 0.5),
  };
  const gains = [2 * Math.log(9), Math.log(3) + Math.log(9), 0];
  const weights = oddsWeights(sample, masks, oddsOf(figures));
  gains.forEach((gain, k) => expect(weights[k]).toBeCloseTo(gain / (gains[0] + gains[1]), 9));
});

const crowds = [aggnet as Fusion, maxMig as Fusion].map((fusion) => [fusion.name, fusion] as const);

test.each(crowds)('%s trusts a rater least who often answers at random', async (_, fusion) => {
  // Raters draw one disc a little too small or large; the fourth turns three pixels of ten round.
  const random = createRandom('noisy rater');
  const source = createSource({
    images: 6,
    raters: 5,
    structures: 1,
    mask: (image, rater, _structure, pixel) => {
      const [x, y] = [(pixel % SIZE) - 5.5, Math.floor(pixel / SIZE) - 5.5];
      const inside = Math.hypot(x, y) < 3 + 0.2 * image + 0.15 * rater;
      return inside !== (rater === 3 && random() < 0.3) ? 1 : 0;
    },
  });
  const [{ raters }] = await fuseAll(fusion, { source });
  const weights = raters.map(({ weight }) => weight);
  expect(Math.min(...weights)).toBe(weights[3]);
  expect(weights[3]).toBeLessThan(0.7 * Math.min(...weights.filter((_, k) => k !== 3)));
});
