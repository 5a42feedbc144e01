import { createSource, fuseAll, reorderRaters } from './fusion-fixtures.ts';
import type { Fusion } from './fusion.ts';
import { dawidSkene } from './dawid-skene.ts';
import { majorityVote } from './majority-vote.ts';
import { simple } from './simple.ts';
import { staple } from './staple.ts';
import { decide } from './vote-output.ts';

/** Two raters of the left: one stops at column 5, the other at column 7. Columns 5 and 6 are a tie. */
const twoRaters = () =>
  createSource({
    images: 1,
    raters: 2,
    structures: 1,
    mask: (_, rater, __, pixel) => (pixel % 12 < (rater === 0 ? 5 : 7) ? 1 : 0),
  });

const POLICIES = [
  ['foreground', 1],
  ['background', 0],
  ['half', 0.5],
] as const;

describe.each(POLICIES)('ties as %s', (ties, value) => {
  test('exactly a half, and what differs from it by rounding alone, is what the policy says', () => {
    expect([0.5, 0.1 + 0.2 + 0.2, 0.5 - 1e-16].map((share) => decide(share, ties))).toEqual([
      value,
      value,
      value,
    ]);
    expect([0, 0.499, 0.501, 1].map((share) => decide(share, ties))).toEqual([0, 0, 1, 1]);
  });

  test('the majority vote gives them so', async () => {
    const [{ fused }] = await fuseAll(majorityVote, {
      source: twoRaters(),
      config: { output: 'hard', ties },
    });
    expect([...fused.subarray(0, 12)]).toEqual([1, 1, 1, 1, 1, value, value, 0, 0, 0, 0, 0]);
  });

  test.each([staple, dawidSkene, simple] as Fusion[])(
    '$name decides what it leaves at a half so',
    async (fusion) => {
      const [soft] = await fuseAll(fusion, { source: twoRaters(), config: { ties } });
      const [hard] = await fuseAll(fusion, { source: twoRaters(), config: { output: 'hard', ties } });
      soft.fused.forEach((share, pixel) => expect(hard.fused[pixel]).toBe(decide(share, ties)));
    },
  );
});

test('SIMPLE rates raters by the vote that the policy makes: one policy, one winner', async () => {
  const weights = async (ties: string) => {
    const [{ raters }] = await fuseAll(simple, { source: twoRaters(), config: { ties, maxIterations: 1 } });
    return raters.map(({ weight }) => weight);
  };
  // Masks of 5 and 7 columns. The vote has 5, 7, or 5 and two halves: Dice 1 and 10/12, 10/12 and 1, 10/11 and 12/13.
  const expected = { background: [1, 10 / 12], foreground: [10 / 12, 1], half: [10 / 11, 12 / 13] };
  for (const [ties, [a, b]] of Object.entries(expected)) {
    const [first, second] = await weights(ties);
    expect(first).toBeCloseTo(a / (a + b), 12);
    expect(second).toBeCloseTo(b / (a + b), 12);
  }
});

test('raters in another order do not turn a tie, though their weights add up to another last digit', async () => {
  // Three pairs who mirror each other: one of each pair is half of all weight.
  const source = createSource({
    images: 1,
    raters: 6,
    structures: 1,
    mask: (_, rater, __, pixel) => {
      const pair = Math.floor(rater / 2);
      const x = rater % 2 === 0 ? pixel % 12 : 11 - (pixel % 12);
      return x < [7, 4, 4][pair] + ((Math.floor(pixel / 12) * (1 + pair)) % 3) ? 1 : 0;
    },
  });
  const config = { ties: 'background', alpha: 9 };
  const order = [5, 4, 3, 2, 1, 0];
  const [straight] = await fuseAll(simple, { source, config });
  const [moved] = await fuseAll(simple, { source: await reorderRaters(source, order), config });
  order.forEach((rater, k) => expect(moved.raters[k].weight).toBeCloseTo(straight.raters[rater].weight, 12));
});
