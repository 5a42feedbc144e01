import type { Weights } from './weights.ts';

export interface NetworkInput {
  readonly height: number;
  readonly width: number;
  /** Number of structures C: mask channels in, or segmentation channels out. */
  readonly structures: number;
  readonly raters: number;
  readonly seed: number;
}

/** A built network: a function of its inputs plus the weights it owns. Frozen networks are called with training: false. */
export interface Network<In, Out> {
  readonly weights: Weights;
  /** `training: true` uses and updates batch statistics. Call inside tf.tidy: it owns what it returns. */
  apply(input: In, mode: { training: boolean }): Out;
}
