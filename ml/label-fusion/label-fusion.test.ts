import { tableOf } from '../grades/grade-table.test-helper.ts';
import { ofGraders, type GradeTable } from '../grades/grade-table.ts';
import { configOf } from '../method.ts';
import { dawidSkene } from './dawid-skene.ts';
import { glad } from './glad.ts';
import { labelFusions } from './index.ts';
import { decide, type FusedGrades, type LabelFusion } from './label-fusion.ts';
import { majority } from './majority.ts';

function fuse(fusion: LabelFusion, table: GradeTable, config: object = {}): FusedGrades {
  const work = fusion.fuse(table, configOf(fusion, { config }));
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

// crowd-kit's figures are printed with six digits.
const closeTo = (value: number): number => expect.closeTo(value, 5) as number;
const chosen = (fused: FusedGrades, ties: 'unknown' | 'lowest' | 'highest' = 'unknown') =>
  fused.probabilities.map((one) => decide(one, { ties }));

// Five graders, three values, fourteen images.
const few = tableOf(
  '00010 1121- 22220 00-00 12111 21222 01002 11101 222-1 00001 22122 11011 00000 2022-'.split(' '),
);

// Four graders, three values, forty images, graded at random around a truth.
const many = tableOf(
  `00-0 0002 1221 2-21 110- 1111 1102 2221 -201 1111 111- 1000 1111 1-11 1111 0120 1201 1121 -011 020-
   2002 0220 2221 0111 0020 1022 2222 0000 -200 1100 1000 1121 1121 1-11 1101 112- 0-0- 1111 1121 0200`.split(
    /\s+/,
  ),
);

test('Dawid–Skene agrees with crowd-kit 1.4.2 (20,000 iterations) on every grader’s confusion matrix', () => {
  const { graders, converged } = fuse(dawidSkene, many, { maxIterations: 10_000 });
  expect(converged).toBe(true);
  const expected = [
    [0.638897, 0.361103, 0, 0.065362, 0.934638, 0, 0, 0.32573, 0.67427],
    [0.4677, 0.248181, 0.284119, 0.068937, 0.931063, 0, 0.190876, 0, 0.809124],
    [0.739739, 0, 0.260261, 0.096619, 0.605312, 0.298069, 0.356488, 0, 0.643512],
    [0.794624, 0, 0.205376, 0, 1, 0, 0, 0.712976, 0.287024],
  ];
  // They print six digits.
  graders.forEach(({ confusion }, j) =>
    confusion!.forEach((rate, cell) =>
      expect([j, cell, rate]).toEqual([j, cell, expect.closeTo(expected[j][cell], 5)]),
    ),
  );
});

test('Dawid–Skene agrees with crowd-kit on the classes of fourteen images', () => {
  const { probabilities, graders } = fuse(dawidSkene, few);
  expect(chosen({ probabilities } as FusedGrades)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 1, 0, 2]);
  expect([...graders[1].confusion!]).toEqual(
    [0.8, 0.2, 0, 0, 0.75, 0.25, 0.2, 0.2, 0.6].map((rate) => closeTo(rate)),
  );
});

test('GLAD agrees with crowd-kit 1.4.2 (150 iterations, its M-step to 1e-9): probabilities and abilities', () => {
  const { probabilities, graders, converged } = fuse(glad, few);
  expect(converged).toBe(true);
  const abilities = [1.59128, 0.37771, 0.54212, 0.78832, 0.25293];
  graders.forEach(({ ability }, j) => expect(ability).toBeCloseTo(abilities[j], 4));
  const expected: [number, number[]][] = [
    [0, [0.996498, 0.003141, 0.000362]],
    [1, [0.000372, 0.997293, 0.002335]],
    [6, [0.997992, 0.001136, 0.000872]],
    [8, [0.000077, 0.000324, 0.999599]],
    [13, [0.000441, 0.000086, 0.999473]],
  ];
  for (const [image, shares] of expected)
    expect([...probabilities[image]!]).toEqual(shares.map((share) => closeTo(share)));
});

test('what becomes of a tie is declared', () => {
  const fused = fuse(majority, tableOf(['01', '11', '02'], { classes: 3 }));
  expect(chosen(fused)).toEqual([null, 1, null]);
  expect(chosen(fused, 'lowest')).toEqual([0, 1, 0]);
  expect(chosen(fused, 'highest')).toEqual([1, 1, 2]);
});

describe.each(labelFusions.list().map((fusion) => [fusion.name, fusion] as const))('%s', (_, fusion) => {
  test('gives probabilities that sum to one, none to an image that nobody graded, and figures of each grader', () => {
    const { probabilities, graders } = fuse(fusion, tableOf(['001', '---', '2-2', '110', '0--']));
    expect(graders).toHaveLength(3);
    probabilities.forEach((shares, i) => {
      if (i === 1) expect(shares).toBeNull();
      else expect(shares!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
    });
    for (const { confusion } of graders)
      confusion?.forEach((rate) => expect(rate >= 0 && rate <= 1).toBe(true));
  });

  test('keeps what all graders say, and what a single grader says', () => {
    const rows = ['000', '111', '222', '111', '222', '000'];
    expect(chosen(fuse(fusion, tableOf(rows)))).toEqual([0, 1, 2, 1, 2, 0]);
    expect(chosen(fuse(fusion, ofGraders(tableOf(rows), ['g2'])))).toEqual([0, 1, 2, 1, 2, 0]);
  });

  test('does not depend on the order of graders', () => {
    const turned = ['g4', 'g2', 'g5', 'g1', 'g3'];
    const [a, b] = [fuse(fusion, few), fuse(fusion, ofGraders(few, turned))];
    a.probabilities.forEach((shares, i) =>
      shares!.forEach((share, c) => expect(b.probabilities[i]![c]).toBeCloseTo(share, 6)),
    );
    a.graders.forEach(({ ability }, j) => {
      const other = b.graders[turned.indexOf(few.graders[j])].ability;
      if (ability === null) expect(other).toBeNull();
      else expect(other).toBeCloseTo(ability, 5);
    });
  });

  test('with two values and no images at all', () => {
    expect(fuse(fusion, { ...tableOf([], { classes: 2 }), graders: ['a', 'b'] }).probabilities).toEqual([]);
    expect(chosen(fuse(fusion, tableOf(['11', '00', '11'])))).toEqual([1, 0, 1]);
  });
});
