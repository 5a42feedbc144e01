import { solveSvm } from './libsvm.ts';

const problem = { rows: [[0], [1]], labels: [0, 1], cost: 1, gamma: 1, weight: { 0: 1, 1: 1 } } as const;

test('solves a case worked by hand', async () => {
  const { support, coefficients, intercept } = await solveSvm(problem);
  // Two points with equal bounds: both at the bound, since 1 / (1 − exp(−1)) > 1; by symmetry no offset.
  expect(support).toEqual([0, 1]);
  expect(coefficients).toEqual([-1, 1]);
  expect(intercept).toBeCloseTo(0, 6);
});

test('leaves the process’ own way with unhandled rejections', async () => {
  const before = process.listeners('unhandledRejection');
  jest.resetModules(); // the library is loaded anew
  await solveSvm(problem);
  expect(process.listeners('unhandledRejection')).toEqual(before);
});
