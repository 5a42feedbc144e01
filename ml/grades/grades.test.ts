import { ofGraders, type GradeTable } from './grade-table.ts';
import { tableOf } from './grade-table.test-helper.ts';
import { graderAgreement, type GraderMeasure } from './grader-agreement.ts';
import { gradeMetrics } from './index.ts';

const measure = (name: string, table: GradeTable, seed = 1) => gradeMetrics.get(name).measure(table, seed);
const value = async (name: string, table: GradeTable) => (await measure(name, table)).value;

// Shrout and Fleiss 1979, Table 2: six targets, four judges (here less one, as grades start at 0).
const shroutFleiss = tableOf(['8147', '5021', '7357', '6015', '9458', '5136']);
// Krippendorff's example of four coders and twelve units, with gaps (2011, section E), less one.
const krippendorff = tableOf('00-0 1121 2222 2222 1111 0123 3333 0010 1111 -444 --00 -2--'.split(' '));
// Four graders, five values, twelve images.
const drawn = tableOf('0010 1112 2322 4443 3344 0100 2212 1011 4344 2222 3231 0002'.split(' '));

test.each([
  // The publication prints .17, .29, .71, .44, .62, .91; these are pingouin 0.7.0's, with its intervals.
  ['icc_1_1', 0.165741768405, -0.13293232487475096, 0.722560062328121],
  ['icc_2_1', 0.289763779528, 0.018786513374712058, 0.7610843696489527],
  ['icc_3_1', 0.714840714841, 0.34246476503392614, 0.9458582599553597],
  ['icc_1_k', 0.442797133679, -0.8844421552381196, 0.9124154203407755],
  ['icc_2_k', 0.620050547599, 0.07113681530250353, 0.9272320401677219],
  ['icc_3_k', 0.909315542377, 0.6756747138163055, 0.9858916781690623],
])('%s of the judges of Shrout and Fleiss', async (name, icc, low, high) => {
  const found = await measure(name, shroutFleiss);
  expect(found.value).toBeCloseTo(icc, 11);
  expect([found.low, found.high]).toEqual([expect.closeTo(low, 9), expect.closeTo(high, 9)]);
  expect(found).toMatchObject({ interval: 'f', count: 6, undefinedCount: 0, note: null });
});

test.each([
  ['icc_1_1', 0.82070949185, 0.6406427019205895, 0.9359797110021176],
  ['icc_2_1', 0.820134658544, 0.6356854804575052, 0.9361206953067331],
  ['icc_3_1', 0.809749920861, 0.6180368175016121, 0.9320063016610106],
  ['icc_1_k', 0.948213791194, 0.8770136413107524, 0.9831876805900155],
  ['icc_2_k', 0.948021866024, 0.8746792410502735, 0.9832265674187248],
  ['icc_3_k', 0.944521369888, 0.8661708476757906, 0.9820881560284818],
])('%s agrees with pingouin on another table', async (name, icc, low, high) => {
  const found = await measure(name, drawn);
  expect([found.value, found.low, found.high]).toEqual([
    expect.closeTo(icc, 11),
    expect.closeTo(low, 9),
    expect.closeTo(high, 9),
  ]);
});

test('alpha of Krippendorff’s own example: the package krippendorff 0.9.0 gives the same', async () => {
  expect(await value('krippendorff_alpha_nominal', krippendorff)).toBeCloseTo(0.743421052631579, 12);
  expect(await value('krippendorff_alpha_ordinal', krippendorff)).toBeCloseTo(0.8153875037548814, 12);
  expect(await value('krippendorff_alpha_interval', krippendorff)).toBeCloseTo(0.8491071428571428, 12);
  expect(await measure('krippendorff_alpha_nominal', krippendorff)).toMatchObject({
    count: 11,
    undefinedCount: 1,
  });
});

test('alpha and Fleiss’ kappa agree with krippendorff 0.9.0 and statsmodels 0.15.0', async () => {
  expect(await value('krippendorff_alpha_nominal', drawn)).toBeCloseTo(0.3809001097694842, 12);
  expect(await value('krippendorff_alpha_ordinal', drawn)).toBeCloseTo(0.8070427484050281, 12);
  expect(await value('krippendorff_alpha_interval', drawn)).toBeCloseTo(0.8107980108927303, 12);
  expect(await value('fleiss_kappa', drawn)).toBeCloseTo(0.36772777167947307, 12);
});

test.each([
  ['g1', 'g2', 0.4736842105263158, 0.7272727272727273, 0.8863636363636364],
  ['g1', 'g4', 0.46902654867256643, 0.6111111111111112, 0.7421875],
  ['g2', 'g3', 0.18644067796610164, 0.5752212389380531, 0.8241758241758241],
])(
  'kappa of %s and %s agrees with scikit-learn 1.9.1 at every weighting',
  async (a, b, none, linear, quadratic) => {
    const pair = ofGraders(drawn, [a, b]);
    expect(await value('cohen_kappa', pair)).toBeCloseTo(none, 12);
    expect(await value('linear_weighted_kappa', pair)).toBeCloseTo(linear, 12);
    expect(await value('quadratic_weighted_kappa', pair)).toBeCloseTo(quadratic, 12);
  },
);

describe.each(gradeMetrics.list().map((metric) => [metric.name, metric] as const))('%s', (_, metric) => {
  const graders = (table: GradeTable) => (metric.of === 'pair' ? ofGraders(table, ['g1', 'g2']) : table);

  test('full agreement on several values is 1; the same seed gives the same interval', async () => {
    const table = graders(tableOf(['000', '111', '222', '111', '000']));
    const found = await metric.measure(table, 3);
    expect(found.value).toBeCloseTo(1, 12);
    expect(await metric.measure(table, 3)).toEqual(found);
  });

  test('where nothing can be said, the value is null and a note says why', async () => {
    for (const table of [tableOf(['0--', '-1-', '--2'], { classes: 3 }), tableOf([], { classes: 3 })]) {
      const two = { ...table, graders: ['g1', 'g2', 'g3'] };
      const found = await metric.measure(graders(two), 1);
      expect(found).toMatchObject({ value: null, low: null, high: null, count: 0 });
      expect(found.note).not.toBeNull();
    }
    const equal = await metric.measure(graders(tableOf(['111', '111'], { classes: 3 })), 1);
    if (metric.name === 'observed_agreement') expect(equal.value).toBe(1);
    else expect(equal).toMatchObject({ value: null, undefinedCount: 2 });
  });

  test('does not depend on the order of graders', async () => {
    const turned = metric.of === 'pair' ? ['g2', 'g1'] : ['g3', 'g1', 'g4', 'g2'];
    const [a, b] = [graders(drawn), ofGraders(drawn, turned)];
    expect((await metric.measure(a, 1)).value).toBeCloseTo((await metric.measure(b, 1)).value!, 12);
  });

  test('images of one subject are drawn together: copies of them do not narrow the interval', async () => {
    const rows = '0010 1112 2322 4443 3344 0100 2212 1011'.split(' ');
    const once = graders(tableOf(rows, { subjects: rows.map((_, i) => `p${i >> 1}`) }));
    const twice = graders(
      tableOf([...rows, ...rows], { subjects: [...rows, ...rows].map((_, i) => `p${(i % 8) >> 1}`) }),
    );
    const [narrow, wide] = [await metric.measure(once, 1), await metric.measure(twice, 1)];
    expect(wide).toMatchObject({ interval: 'bootstrap', count: 16 });
    // The same four subjects drawn in the same order: a figure of shares is the same, alpha and ICC nearly.
    expect(Math.abs(wide.low! - narrow.low!)).toBeLessThan(0.08);
  });
});

test('of three graders and the reference: all together without it, each pair with it; no order, no order’s numbers', async () => {
  const table = { ...tableOf(['0010', '1112', '2322', '0100']), graders: ['a', 'b', 'c', 'reference'] };
  const collect = async (ordinal: boolean) => {
    const all: GraderMeasure[] = [];
    for await (const one of graderAgreement(table, { ordinal, reference: 'reference', seed: 1 }))
      all.push(one);
    return all;
  };
  const nominal = await collect(false);
  expect(nominal.map(({ name, grader, otherGrader }) => [name, grader, otherGrader])).toEqual([
    ['observed_agreement', undefined, undefined],
    ['fleiss_kappa', undefined, undefined],
    ['krippendorff_alpha_nominal', undefined, undefined],
    ['cohen_kappa', 'a', 'b'],
    ['cohen_kappa', 'a', 'c'],
    ['cohen_kappa', 'a', 'reference'],
    ['cohen_kappa', 'b', 'c'],
    ['cohen_kappa', 'b', 'reference'],
    ['cohen_kappa', 'c', 'reference'],
  ]);
  expect(nominal[1].value).toBe(await value('fleiss_kappa', ofGraders(table, ['a', 'b', 'c'])));
  expect(await collect(true)).toHaveLength(3 + 2 + 6 + 6 * 3);
});

test('a grade that is not on the scale is refused by image and grader', async () => {
  const table = tableOf(['01', '13'], { classes: 3 });
  const all = graderAgreement(table, { ordinal: true, reference: 'reference', seed: 1 });
  await expect(all.next()).rejects.toThrow("image 'image 1', grader 'g2': grade 3 is not one of 0 to 2");
});
