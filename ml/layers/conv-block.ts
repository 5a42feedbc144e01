import type * as tf from '@tensorflow/tfjs';
import { batchNorm, type BatchNormOptions } from '../ops/batch-norm.ts';
import { addBias } from '../ops/bias.ts';
import { conv2d, type Maps } from '../ops/conv.ts';
import { convNorm2d } from '../ops/conv-norm.ts';
import { constant, heNormal } from './initializers.ts';
import type { Layer, LayerMode } from './network.ts';
import type { Weights } from './weights.ts';

/**
 * Share of the old value that a moving statistic keeps in a step. 0.9, the default of PyTorch and of the ResNet
 * paper's code: after a demo epoch of 20 steps the initial guess has lost 88 % of its weight, so that a network
 * frozen after few steps is already sane. (Keras' 0.99 would keep 82 % of it.)
 */
export const MOMENTUM = 0.9;
export const EPSILON = 1e-5;

export interface ConvolutionOptions {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Off in front of batch-norm, which would take it away again. */
  readonly bias?: boolean;
}

/** Convolution with padding 'same' and He initialisation. */
export function convolution(weights: Weights, options: ConvolutionOptions): (x: Maps) => tf.Tensor4D {
  const { stride = 1, bias = false } = options;
  const filter = filterOf(weights, options);
  const offset = bias
    ? (weights.add('bias', [options.out], constant(0)) as tf.Variable<tf.Rank.R1>)
    : undefined;
  return (x) => {
    const y = conv2d(x, filter, { stride });
    return offset ? addBias(y, offset) : y;
  };
}

function filterOf(weights: Weights, { kernel, ...options }: ConvolutionOptions): tf.Tensor4D {
  return weights.add('filter', [kernel, kernel, options.in, options.out], heNormal()) as tf.Tensor4D;
}

export interface NormOptions {
  readonly channels: number;
  readonly activation?: 'relu' | 'none';
  /** Number of passes that have statistics of their own. */
  readonly passes?: number;
}

/** Batch-norm (Ioffe and Szegedy, ICML 2015), with the activation and an addition before it as one operation. */
export function normalization(
  weights: Weights,
  options: NormOptions,
): (x: tf.Tensor4D, mode: LayerMode, residual?: tf.Tensor4D) => tf.Tensor4D {
  const optionsFor = normOptions(weights, options);
  return (x, mode, residual) => batchNorm(x, optionsFor(mode, residual));
}

/** The weights of a batch-norm, and what they make of a pass. */
function normOptions(
  weights: Weights,
  { channels, activation = 'relu', passes = 1 }: NormOptions,
): (mode: LayerMode, residual?: tf.Tensor4D) => BatchNormOptions {
  const scale = weights.add('scale', [channels], constant(1)) as tf.Variable<tf.Rank.R1>;
  const offset = weights.add('offset', [channels], constant(0)) as tf.Variable<tf.Rank.R1>;
  const statistics = Array.from({ length: passes }, (_, pass) => ({
    movingMean: weights.addStatistic(passName('mean', pass), [channels], 0) as tf.Variable<tf.Rank.R1>,
    movingVariance: weights.addStatistic(
      passName('variance', pass),
      [channels],
      1,
    ) as tf.Variable<tf.Rank.R1>,
  }));
  return ({ training, pass = 0 }, residual) => ({
    scale,
    offset,
    ...statistics[pass],
    training,
    momentum: MOMENTUM,
    epsilon: EPSILON,
    activation,
    residual,
  });
}

const passName = (name: string, pass: number): string => (pass === 0 ? name : `${name}-${pass + 1}`);

export interface ConvNormOptions extends Omit<ConvolutionOptions, 'bias'> {
  readonly activation?: 'relu' | 'none';
  readonly passes?: number;
}

export type ResidualLayer = (x: Maps, mode: LayerMode, residual?: tf.Tensor4D) => tf.Tensor4D;

/** Convolution, batch-norm, (+ residual,) activation. */
export function convNorm(weights: Weights, options: ConvNormOptions): ResidualLayer {
  const { activation, passes, stride = 1, out } = options;
  const filter = filterOf(weights.scope('conv'), options);
  const normFor = normOptions(weights.scope('norm'), { channels: out, activation, passes });
  return (x, mode, residual) => convNorm2d(x, filter, { stride }, normFor(mode, residual));
}

/** Layers one after the other. */
export function sequence(layers: readonly Layer[]): Layer {
  return (x, mode) => layers.reduce((y, layer) => layer(y, mode), x);
}
