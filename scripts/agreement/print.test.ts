import type { Agreement, AgreementRow } from './ask.ts';
import { formatAgreement } from './print.ts';

const place = { structure: { id: '1', name: 'lesion' }, rater: null, otherRater: null, note: null };
const interval = { low: 0.7, high: 1, count: 10, undefinedCount: 0 };
const row: AgreementRow = {
  ...place,
  ...interval,
  name: 'mean_pairwise_dice',
  value: 0.9,
  bothEmptyCount: 9,
  oneEmptyCount: 0,
};
const raters = [{ name: 'Ann' }, { name: 'Bo' }];
const snapshot = {
  hash: 'abc',
  labelRule: null,
  imageCount: 10,
  cohort: { dataset: { name: 'set', raters } },
};
const agreement = (rows: AgreementRow[], result: unknown = { images: 10 }): Agreement => {
  return { id: '7', run: { result }, snapshot, metrics: rows, gradeMetrics: [] };
};

test('empty masks have columns of their own where there are any', () => {
  const text = formatAgreement(agreement([row]), []);
  expect(text).toMatch(/^ *number +value +95 % interval +images +without +all empty +some empty$/m);
  expect(text).toMatch(/^ *mean_pairwise_dice +0\.900 +0\.700–1\.000 +10 +0 +9 +0$/m);
  expect(formatAgreement(agreement([{ ...row, bothEmptyCount: 0 }]), [])).not.toContain('empty');
});

test('the images on which raters disagree most are told with who is furthest apart, and by how much', () => {
  const pair = { value: 0, rater: raters[0], otherRater: raters[1] };
  const image = (path: string, distance: { value: number; unit: string } | null) => {
    return { path, meanPairwiseDice: 0, pair, distance };
  };
  const images = [image('a.png', { value: 12.34, unit: 'mm' }), image('b.png', null)];
  const text = formatAgreement(agreement([row]), [{ structure: 'lesion', of: 10, images }]);
  expect(text).toContain('Where they disagree most: 2 of 10 images');
  expect(text).toMatch(/^ *a\.png +0\.000 +0\.000 +Ann and Bo +12\.3 mm$/m);
  expect(text).toMatch(/^ *b\.png +0\.000 +0\.000 +Ann and Bo +–$/m);
});

test('outlines that are too long for a distance are mentioned', () => {
  const text = formatAgreement(agreement([row], { images: 10, pairsWithoutDistance: 3 }), []);
  expect(text).toContain('Pairs of masks without a distance, as an outline is too long: 3');
});
