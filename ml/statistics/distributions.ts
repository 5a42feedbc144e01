import { compiled, erfc, incbi, stdtri } from 'cephes';

/** 97.5 % quantile of the standard normal distribution: half the width of a 95 % interval in standard errors. */
export const Z_95 = 1.959963984540054;

/** P(|Z| ≥ z) for a standard normal Z. */
export async function twoSidedP(z: number): Promise<number> {
  await compiled; // Cephes is WebAssembly
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** 97.5 % quantile of Student's t: half the width of a 95 % interval in standard errors of few values. */
export async function t95(degreesOfFreedom: number): Promise<number> {
  await compiled;
  return stdtri(degreesOfFreedom, 0.975);
}

/**
 * Quantile of F with `over` degrees of freedom below and `of` above, which need not be whole: a beta distribution
 * holds F / (F + over / of).
 */
export async function fQuantile(probability: number, of: number, over: number): Promise<number> {
  await compiled;
  const x = incbi(of / 2, over / 2, probability);
  return (over * x) / (of * (1 - x));
}
