/** The package's own declarations are not reachable through its `exports`; these are of what is used here. */
declare module 'cephes' {
  /** Resolves when the functions can be called. */
  export const compiled: Promise<void>;
  /** 2/√π ∫ₓ^∞ exp(−t²) dt */
  export function erfc(x: number): number;
  /** Quantile of Student's t. */
  export function stdtri(degreesOfFreedom: number, probability: number): number;
  /** Quantile of the beta distribution. */
  export function incbi(a: number, b: number, probability: number): number;
}
