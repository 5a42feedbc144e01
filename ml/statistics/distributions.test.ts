import { t95, twoSidedP, Z_95 } from './distributions.ts';

// Reference: bench/reference/metrics.py (scipy 1.17.1). Errors are relative, as the values span 22 powers of ten.
const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);

test.each([
  [0.5, 0.6170750774519739],
  [Z_95, 0.05],
  [3, 0.0026997960632601918],
  [6, 1.9731752900754036e-9],
  [10, 1.5239706048321166e-23],
])('P(|Z| ≥ %d) of a normal score equals scipy’s, in the middle and far out', async (z, p) => {
  expect(relative(await twoSidedP(z), p)).toBeLessThan(1e-13);
  expect(await twoSidedP(-z)).toBe(await twoSidedP(z));
});

test.each([
  [1, 12.706204736174694],
  [2, 4.302652729749462],
  [19, 2.0930240544083087],
  [100, 1.9839715185235518],
])('Student’s t of %d degrees of freedom equals scipy’s', async (degrees, t) => {
  expect(relative(await t95(degrees), t)).toBeLessThan(1e-12);
});
