import { versionOf } from '../../ml/method.ts';
import { metrics } from '../../ml/metrics/index.ts';
import { requests } from '../requests/requests.ts';
import { chooseMetrics, type AskedMetric } from './choose-metrics.ts';

const ofFusion = { ofModel: false, judged: false };
const judged = { ofModel: false, judged: true };
const names = (asked: AskedMetric[] | null, subject = judged) =>
  chooseMetrics(asked, subject).map(({ name }) => name);

test('asked for nothing it is what requests had before they named metrics, in the versions of today', () => {
  const { metrics: stored } = requests.evaluation.parse({ fusionId: 'f' });
  const earlier = { metrics: stored.map((one) => ({ ...one, version: versionOf(metrics.get(one.name)) })) };
  expect(chooseMetrics(null, ofFusion)).toEqual(earlier.metrics);
  expect(chooseMetrics(undefined, judged)).toEqual(earlier.metrics);
});

test('settings are complete, whose masks to compare with is both if left out', () => {
  expect(chooseMetrics([{ name: 'normalised_surface_dice', settings: { tolerance: 2 } }], ofFusion)).toEqual([
    {
      name: 'normalised_surface_dice',
      version: versionOf(metrics.get('normalised_surface_dice')),
      settings: { threshold: 0.5, spacing: null, tolerance: 2 },
      against: ['fusion', 'raters'],
    },
  ]);
});

test('where scores are asked for, so is the permuted control', () => {
  expect(names([{ name: 'auc' }])).toEqual(['auc', 'permuted_auc']);
  expect(names([{ name: 'permuted_auc' }, { name: 'auc' }])).toEqual(['permuted_auc', 'auc']);
  expect(names([{ name: 'dice' }], ofFusion)).toEqual(['dice']);
});

test.each<[string, AskedMetric[], typeof judged, RegExp]>([
  [
    'a metric that is not there',
    [{ name: 'dice_at_0.5' }],
    ofFusion,
    /unknown metric 'dice_at_0.5'.*soft_dice/,
  ],
  ['an empty list', [], ofFusion, /metrics is empty/],
  ['a metric of raters', [{ name: 'fleiss_kappa' }], ofFusion, /measureAgreement/],
  ['scores without a judge', [{ name: 'auc' }], ofFusion, /give judgeModelId/],
  ['a judge whose scores nobody wants', [{ name: 'dice' }], judged, /judge's scores/],
  ['the same twice', [{ name: 'dice' }, { name: 'dice', settings: { threshold: 0.5 } }], ofFusion, /twice/],
  ['a fusion against itself', [{ name: 'dice', against: ['fusion'] }], ofFusion, /own masks/],
  ['against nothing', [{ name: 'dice', against: [] }], ofFusion, /against nothing/],
  ['scores against masks', [{ name: 'auc', against: ['raters'] }], judged, /leave out against/],
  ['an unknown setting', [{ name: 'dice', settings: { cut: 1 } }], ofFusion, /settings: .*cut/],
  [
    'a bad value',
    [{ name: 'dice', settings: { threshold: 2 } }],
    ofFusion,
    /settings\.threshold: .*received 2/,
  ],
])('%s is refused', (_, asked, subject, message) => {
  expect(() => chooseMetrics(asked, subject)).toThrow(message);
});
