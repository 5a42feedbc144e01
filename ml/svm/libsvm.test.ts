import { createRandom } from '../random.ts';
import { solveSvm } from './libsvm.ts';

const problem = { rows: [[0], [1]], labels: [0, 1], cost: 1, gamma: 1, weight: { 0: 1, 1: 1 } } as const;

test('solves a case worked by hand', async () => {
  const { support, coefficients, intercept } = await solveSvm(problem);
  // Two points with equal bounds: both at the bound, since 1 / (1 − exp(−1)) > 1; by symmetry no offset.
  expect(support).toEqual([0, 1]);
  expect(coefficients).toEqual([-1, 1]);
  expect(intercept).toBeCloseTo(0, 6);
});

function manyRows(count: number) {
  const random = createRandom('many rows');
  const rows = Array.from({ length: count }, () => [random(), random()]);
  return { ...problem, rows, labels: rows.map((_, i) => (i % 2) as 0 | 1) };
}

test('while it works, a second here, the process goes on', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 10);
  await solveSvm(manyRows(4000));
  clearInterval(counting);
  expect(turns).toBeGreaterThan(10);
});

test('stops when it is told to, with the reason given, whether it has begun or not', async () => {
  const working = new AbortController();
  setTimeout(() => working.abort(new Error('enough')), 300);
  // Sixteen times the work of 5000 rows: it cannot be done by then.
  await expect(solveSvm(manyRows(20_000), working.signal)).rejects.toThrow('enough');
  await expect(solveSvm(problem, working.signal)).rejects.toThrow('enough');
});

test('an error in its thread is thrown here', async () => {
  await expect(solveSvm({ ...problem, rows: [], labels: [] })).rejects.toThrow("reading 'length'");
});
