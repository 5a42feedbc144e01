import { createSource, fuseAll, SIZE } from './fusion-fixtures.ts';
import type { Fusion } from './fusion.ts';
import { dawidSkene } from './dawid-skene.ts';
import { simple } from './simple.ts';
import { staple } from './staple.ts';

/** Five raters' discs on 12×12 pixels: centre x, centre y, radius. */
const DISCS = [
  [5.5, 5.5, 3.5],
  [6.0, 5.0, 4.0],
  [5.0, 6.0, 3.0],
  [4.5, 5.5, 4.5],
  [7.5, 7.0, 3.5],
];
const inDisc = (rater: number, pixel: number): 0 | 1 => {
  const [x, y, radius] = DISCS[rater];
  return Math.hypot((pixel % SIZE) - x, Math.floor(pixel / SIZE) - y) < radius ? 1 : 0;
};
const discs = () =>
  createSource({
    images: 1,
    raters: 5,
    structures: 1,
    mask: (_, rater, __, pixel) => inDisc(rater, pixel),
  });

async function fuseDiscs(fusion: Fusion, config: Readonly<Record<string, unknown>> = {}) {
  const [sample] = await fuseAll(fusion, { source: discs(), config });
  return sample;
}

/** Probability by the five raters' votes, written as '11010'. */
function byVotes(fused: Float32Array): Map<string, number> {
  const found = new Map<string, number>();
  fused.forEach((value, pixel) => found.set(DISCS.map((_, rater) => inDisc(rater, pixel)).join(''), value));
  return found;
}

// What SimpleITK 2.5.7 (STAPLEImageFilter, foreground 1) and crowd-kit 1.4.2 (DawidSkene, 5000 iterations, no early end) give on
// these masks, asked once from Python.
const YES = ['11010', '11110', '11111', '11011'];
const EXPECTED = {
  sensitivity: [1, 1, 0.75, 1, 0.5625],
  specificity: [1, 0.8839286, 0.9910714, 0.75, 0.8214286],
};

test.each([
  ['SimpleITK’s STAPLE', staple],
  ['crowd-kit’s Dawid–Skene', dawidSkene],
])('agrees with %s on every pixel and rater', async (_, fusion) => {
  const { fused, raters, converged } = await fuseDiscs(fusion);
  // Their rounding of rates, and where they stop: 1e-4 is the tolerance that we promise.
  for (const [votes, value] of byVotes(fused)) {
    expect([votes, Math.abs(value - (YES.includes(votes) ? 1 : 0)) < 1e-4]).toEqual([votes, true]);
  }
  raters.forEach(({ sensitivity, specificity }, k) => {
    expect(sensitivity).toBeCloseTo(EXPECTED.sensitivity[k], 4);
    expect(specificity).toBeCloseTo(EXPECTED.specificity[k], 4);
  });
  expect(converged).toBe(true);
});

/** A disc of radius 3.6, and five raters who are wrong at 8 to 40 of every 101 pixels, at places that a formula gives. */
const WRONG = [8, 15, 22, 30, 40];
function noisyVote(rater: number, pixel: number): 0 | 1 {
  const inside = Math.hypot((pixel % SIZE) - 5.5, Math.floor(pixel / SIZE) - 5.5) < 3.6;
  const wrong = (pixel * 61 + rater * 37 + pixel * rater * 13) % 101 < WRONG[rater];
  return inside !== wrong ? 1 : 0;
}

// As above, with raters bad enough that no posterior is certain: SimpleITK 2.5.7; crowd-kit 1.4.2 after 20,000 iterations.
const NOISY = {
  staple: {
    sensitivity: [0.929043, 0.878862, 0.752204, 0.765683, 0.583747],
    specificity: [0.932665, 0.829895, 0.79343, 0.729132, 0.607712],
    posterior: { '00000': 0.000497, '01010': 0.134068, '01111': 0.796822, '10010': 0.442359, '11000': 0.761455, '11111': 0.998596 }, // prettier-ignore
  },
  'dawid-skene': {
    sensitivity: [0.96324, 0.95718, 0.801821, 0.797359, 0.578144],
    specificity: [0.896535, 0.818494, 0.780757, 0.712778, 0.594867],
    posterior: { '00000': 0.00004, '01010': 0.037935, '01111': 0.533417, '10010': 0.081571, '11000': 0.478315, '11111': 0.996162 }, // prettier-ignore
  },
};

test.each([
  ['SimpleITK’s STAPLE', staple as Fusion, NOISY.staple],
  ['crowd-kit’s Dawid–Skene', dawidSkene as Fusion, NOISY['dawid-skene']],
])('agrees with %s where raters are often wrong and nothing is certain', async (_, fusion, expected) => {
  const source = createSource({
    images: 1,
    raters: 5,
    structures: 1,
    mask: (_, rater, __, pixel) => noisyVote(rater, pixel),
  });
  const [{ fused, raters }] = await fuseAll(fusion, { source });
  const found = new Map<string, number>();
  fused.forEach((value, pixel) =>
    found.set(WRONG.map((_, rater) => noisyVote(rater, pixel)).join(''), value),
  );
  for (const [votes, value] of Object.entries(expected.posterior)) {
    expect([votes, Math.abs(found.get(votes)! - value) < 1e-4]).toEqual([votes, true]);
  }
  raters.forEach(({ sensitivity, specificity }, k) => {
    expect(sensitivity).toBeCloseTo(expected.sensitivity[k], 4);
    expect(specificity).toBeCloseTo(expected.specificity[k], 4);
  });
});

test('the publication’s start leads STAPLE to the same answer here', async () => {
  const [first, second] = [await fuseDiscs(staple), await fuseDiscs(staple, { start: 'publication' })];
  first.fused.forEach((value, pixel) => expect(second.fused[pixel]).toBeCloseTo(value, 4));
});

test.each(['spatial', 'mrf'])(
  'STAPLE with a %s prior stays a probability and keeps what all agree on',
  async (prior) => {
    const { fused } = await fuseDiscs(staple, { prior });
    for (const [votes, value] of byVotes(fused)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      if (votes === '11111') expect(value).toBeGreaterThan(0.95);
      if (votes === '00000') expect(value).toBeLessThan(0.05);
    }
  },
);

test('estimated on disputed pixels alone, STAPLE leaves the others exactly as they were voted', async () => {
  const { fused } = await fuseDiscs(staple, { disputedOnly: true });
  const found = byVotes(fused);
  expect([found.get('11111'), found.get('00000')]).toEqual([1, 0]);
});

test('too few iterations are told: not converged, and how many there were', async () => {
  expect(await fuseDiscs(staple as Fusion, { maxIterations: 2 })).toMatchObject({
    converged: false,
    iterations: 2,
  });
});

test.each([
  ['empty', 0, { sensitivity: null, specificity: 1 }],
  ['full', 1, { sensitivity: 1, specificity: null }],
] as const)(
  'masks that are all %s are returned, with equal weights and no rate that rests on nothing',
  async (_, value, rates) => {
    for (const fusion of [staple, dawidSkene, simple] as Fusion[]) {
      const source = createSource({ images: 1, raters: 3, structures: 1, mask: () => value });
      const [{ fused, raters }] = await fuseAll(fusion, { source });
      expect(new Set(fused)).toEqual(new Set([value]));
      for (const rater of raters) {
        expect(rater.weight).toBeCloseTo(1 / 3, 12);
        expect(rater).toMatchObject(rates);
      }
    }
  },
);

test.each([staple, dawidSkene, simple] as Fusion[])(
  '$name follows four who agree, and gives no weight to the fifth, who says the opposite',
  async (fusion) => {
    const source = createSource({
      images: 1,
      raters: 5,
      structures: 1,
      mask: (_, rater, __, pixel) => (inDisc(0, pixel) === 1) !== (rater === 4) ? 1 : 0, // prettier-ignore
    });
    const [{ fused, raters, converged }] = await fuseAll(fusion, { source });
    fused.forEach((value, pixel) => expect(value).toBeCloseTo(inDisc(0, pixel), 9));
    const [opposite] = raters.slice(-1);
    expect(opposite.weight).toBe(0);
    expect(opposite.sensitivity).toBeCloseTo(0, 9);
    expect(opposite.specificity).toBeCloseTo(0, 9);
    for (const { weight } of raters.slice(0, 4)) expect(weight).toBeCloseTo(1 / 4, 9);
    expect(converged).toBe(true);
  },
);

test('SIMPLE leaves out the rater who lies far from the vote, and trusts the one in the middle most', async () => {
  const { raters, fused } = await fuseDiscs(simple);
  const weights = raters.map(({ weight }) => weight);
  expect(weights[4]).toBe(0);
  expect(Math.max(...weights)).toBe(weights[0]);
  expect(byVotes(fused).get('00001')).toBe(0);
});
