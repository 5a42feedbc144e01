import type * as tf from '@tensorflow/tfjs';
import type { Weights } from './weights.ts';
import { InputError } from '../errors.ts';

export interface NetworkInput {
  readonly height: number;
  readonly width: number;
  /** Number of structures C: mask channels in, or segmentation channels out. */
  readonly structures: number;
  readonly raters: number;
  readonly seed: number;
}

export interface Mode {
  /** True: batch-norm uses the statistics of the batch and updates its moving ones. False: frozen. */
  readonly training: boolean;
}

/** A built network: a function of its inputs plus the weights it owns. Frozen networks are called with training: false. */
export interface Network<In, Out> {
  readonly weights: Weights;
  /** Call inside tf.tidy: it owns what it returns. */
  apply(input: In, mode: Mode): Out;
}

/**
 * How a layer inside a network is called. `pass` counts the ways in which one set of filters is used within a
 * network: each pass has batch statistics of its own, because its inputs are distributed differently.
 */
export interface LayerMode extends Mode {
  readonly pass?: number;
}

export type Layer = (x: tf.Tensor4D, mode: LayerMode) => tf.Tensor4D;

/** @throws InputError where the image cannot be halved `times` times, or a count makes no sense. */
export function checkNetworkInput(input: NetworkInput, times = 5): void {
  const step = 2 ** times;
  for (const [name, value] of [
    ['height', input.height],
    ['width', input.width],
  ] as const) {
    if (Number.isInteger(value) && value > 0 && value % step === 0) continue;
    throw new InputError(`${name} must be a multiple of ${step} pixels: received ${value}`);
  }
  if (Number.isInteger(input.structures) && input.structures >= 1) return;
  throw new InputError(`a network needs one structure or more: received ${input.structures}`);
}
