import type * as tf from '@tensorflow/tfjs';
import type { Random } from '../random.ts';

/** Pixels of a batch of b images at which expertness is wanted: q of each image. */
export interface PixelGrid {
  readonly images: number;
  readonly pixels: number;
  /** Size of the picture that the pixels belong to. */
  readonly height: number;
  readonly width: number;
  /** Horizontal and vertical place of each pixel, from −√3 to √3: [b, q, 2]. */
  readonly coordinates: tf.Tensor3D;
  /** Number of each pixel within its image, row by row: [b · q]. */
  readonly numbers: tf.Tensor1D;
  /** How many of the q are the image's own, the first ones; the rest is padding, whose logits mean nothing. [b] */
  readonly counts: tf.Tensor1D;
}

export interface ExpertnessShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly raters: readonly string[];
  readonly seed: number;
}

/** What a parametrisation may draw from in one step: a stream an image, its own whatever stands beside it. [b] */
export type Chance = readonly Random[];

/** What the diagnosis network reads: [b, h, w, 3] and [b, h, w, C]. */
export interface NetworkInput {
  readonly image: tf.Tensor4D;
  readonly mask: tf.Tensor4D;
}

/** How expertness is described by numbers that an optimiser moves; one set of numbers an image. */
export interface Parametrisation {
  /**
   * Starting values, the first axis being the image. They depend on the seed and the raters' names, never on the other
   * images or their number: an image's result is its own.
   */
  initialise(shape: ExpertnessShape): tf.NamedTensorMap;
  /** Logits of expertness before the softmax over raters: [b, q, n]. */
  logits(parameters: tf.NamedTensorMap, grid: PixelGrid, chance?: Chance): tf.Tensor3D;
  /** True where steps draw: the gradient is then taken with chance, the loss measured and the result read without. */
  readonly usesChance?: boolean;
  /** Changes by chance what the network reads in a step. */
  changeInput?(input: NetworkInput, chance: Chance): NetworkInput;
}
