import type { ImageFigures } from './fused-image.ts';
import type { FusedSample } from './fusion.ts';

interface AtOnce extends Pick<FusedSample, 'id' | 'fused'> {
  readonly expertness?: Float32Array;
  readonly weights: readonly number[]; // [n]
}

/** A sample fused without iterations on the image, and without rates of raters. */
export function fusedAtOnce({ id, fused, expertness, weights }: AtOnce): FusedSample {
  return { id, fused, expertness: expertness ?? null, ...figuresAtOnce(weights) };
}

/** What a fusion without iterations on the image, and without rates of raters, says of it: their weights, [n]. */
export function figuresAtOnce(weights: readonly number[]): ImageFigures {
  return {
    raters: weights.map((weight) => ({ weight, sensitivity: null, specificity: null })),
    iterations: 0,
    converged: true,
    losses: [],
    initialLogit: null,
    finalLogit: null,
  };
}
