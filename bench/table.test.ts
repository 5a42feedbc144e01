import { createRow } from './suite.ts';
import { formatTable } from './table.ts';

const row = { suite: 's', unit: 'ms', ours: 90, peer: 100 };

test('createRow divides ours by the peer and holds the ratio to the goal', () => {
  expect(createRow({ ...row, case: 'a', goal: 0.9 })).toMatchObject({ ratio: 0.9, pass: true });
  expect(createRow({ ...row, case: 'a', goal: 0.8 })).toMatchObject({ ratio: 0.9, pass: false });
  expect(createRow({ ...row, case: 'a', goal: null })).toMatchObject({ pass: null });
});

test('formatTable lines numbers up and marks what missed its goal', () => {
  const rows = [
    createRow({ ...row, case: 'short', goal: 1 }),
    createRow({ ...row, case: 'a longer name', ours: 0.0001, peer: 0, ratio: 0.0001, goal: 1e-5 }),
  ];
  expect(formatTable(rows).split('\n').slice(2)).toEqual([
    'short              90   100  ms      0.90    ≤ 1.00  pass',
    'a longer name  1.0e-4     0  ms    1.0e-4  ≤ 1.0e-5  MISSED',
  ]);
});
