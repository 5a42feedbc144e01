import type { Strip } from '../data/bit-mask.ts';
import type { RaterFigures } from './rater-figures.ts';

/** What a fusion says of one image, beside its masks. */
export interface ImageFigures {
  readonly raters: readonly RaterFigures[]; // [n]
  readonly iterations: number;
  readonly converged: boolean;
  /** The objective after each iteration; empty for closed-form fusions. */
  readonly losses: readonly number[];
  /** Distance from the majority vote, of fusions that start at it: ml/fusion/movement.ts. */
  readonly movement?: number;
  /** Logit of θ with the initial and with the final fusion; null where no network took part. */
  readonly initialLogit: number | null;
  readonly finalLogit: number | null;
}

/** One image fused by itself, at the size of its masks, whose pixels are read strip by strip. */
export interface FusedImage {
  readonly masks: readonly FusedMask[]; // [C]
  readonly figures: ImageFigures;
}

export interface FusedMask {
  /** The soft mask is made of multiples of 1 / parts (shares of so many raters); undefined: of any values. */
  readonly parts?: number;
  /** Soft mask in [0, 1] of some rows: [rows, width]. */
  readonly rows: (strip: Strip) => Float32Array;
}
