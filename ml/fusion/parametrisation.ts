import type * as tf from '@tensorflow/tfjs';

/** Pixels of a batch of b images at which expertness is wanted: q of each image. */
export interface PixelGrid {
  readonly images: number;
  readonly pixels: number;
  /** Horizontal and vertical place of each pixel, from −√3 to √3: [b, q, 2]. */
  readonly coordinates: tf.Tensor3D;
  /** Number of each pixel within its image, row by row: [b · q]. */
  readonly numbers: tf.Tensor1D;
}

export interface ExpertnessShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly raters: readonly string[];
  readonly seed: number;
}

/** How expertness is described by numbers that an optimiser moves; one set of numbers an image. */
export interface Parametrisation {
  /**
   * Starting values, the first axis being the image. They depend on the seed and the raters' names, never on the other
   * images or their number: an image's result is its own.
   */
  initialise(shape: ExpertnessShape): tf.NamedTensorMap;
  /** Logits of expertness before the softmax over raters: [b, q, n]. */
  logits(parameters: tf.NamedTensorMap, grid: PixelGrid): tf.Tensor3D;
}
