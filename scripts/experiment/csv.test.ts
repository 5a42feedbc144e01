import type { ResultRow } from '../client/run-experiment.ts';
import { csv } from './csv.ts';

const row: ResultRow = {
  protocol: 'paper',
  method: 'df-gt-expg',
  model: 'dl-cat',
  judge: null,
  rater: null,
  structure: null,
  against: null,
  metric: 'auc',
  value: 0.1 + 0.2,
  low: 0,
  high: 1,
  interval: 'delong',
  pValue: null,
  bothEmptyCount: 3,
  oneEmptyCount: null,
  seeds: [1, 2],
  fold: null,
  transductive: true,
  note: 'two classes, "A" and "B"',
  paper: null,
  steps: [],
};

test('a row a number: full precision, quoted where it must be, with its seeds and cohort', () => {
  const snapshot = { hash: 'abc', imageCount: 1, cohort: { dataset: { name: 'set', raters: [] } } };
  const [head, line, end] = csv({ rows: [row], snapshot }).split('\r\n');
  expect(head).toBe(
    'protocol,method,model,judge,rater,structure,against,metric,value,low,high,interval,pValue,fold,transductive,note,paper,bothEmptyCount,oneEmptyCount,seeds,cohort',
  );
  expect(line).toBe(
    'paper,df-gt-expg,dl-cat,,,,,auc,0.30000000000000004,0,1,delong,,,true,"two classes, ""A"" and ""B""",,3,,1 2,abc',
  );
  expect(end).toBe('');
});
