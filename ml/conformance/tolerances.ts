/**
 * How far a float32 result may lie from the double-precision one, as a share of the largest value. A wrong operation is off by
 * a share near one.
 */
export const TOLERANCE = {
  /** Moved or compared, not computed; whole numbers. */
  exact: 0,
  /** One or a few roundings of 6e-8 each. */
  rounding: 1e-6,
  /** A sum of n products: about √n roundings, up to some thousand terms. */
  sum: 1e-5,
  /**
   * Functions: WebGPU asks of sin and cos 5e-4, of atan and tanh 5e-4 and 1e-5, of exp(x) 3 + 2|x| units in the last place;
   * drivers are much better, but TensorFlow.js computes erf by a formula good to 1.5e-7, expm1 and log1p by exp and log.
   */
  function: 2e-5,
  /** Several of these after one another. */
  composed: 1e-4,
} as const;
