import { normal, type Random } from '../random.ts';
import type { Initializer } from './weights.ts';

/** Every weight alike: biases (0) and the scales of batch-norm (1). */
export function constant(value: number): Initializer {
  return (shape) => new Float32Array(size(shape)).fill(value);
}

/** N(0, 2 / fan-in): keeps the variance of the signal through ReLU (He et al., ICCV 2015). */
export function heNormal(fanIn?: number): Initializer {
  return (shape, random) => draw(shape, Math.sqrt(2 / (fanIn ?? fans(shape).in)), () => normal(random));
}

/** U(−a, a), a² = 6 / (fan-in + fan-out): for layers without ReLU (Glorot and Bengio, AISTATS 2010). */
export function glorotUniform(): Initializer {
  return (shape, random) => {
    const { in: fanIn, out: fanOut } = fans(shape);
    return draw(shape, Math.sqrt(6 / (fanIn + fanOut)), () => 2 * random() - 1);
  };
}

/**
 * The filter [k, k, out, in] of a transposed convolution whose stride is its size, drawn as one pixel's and given to all:
 * it begins as a plain enlargement. Drawn freely, the k² pixels of each square begin unlike, and their grid still shows
 * in the masks of a short training (Aitken et al., Checkerboard artifact free sub-pixel convolution, 2017).
 */
export function alikeAtEveryPixel(initializer: Initializer): Initializer {
  return ([rows, columns, ...rest], random) => {
    const one = initializer([1, 1, ...rest], random);
    const values = new Float32Array(rows * columns * one.length);
    for (let at = 0; at < values.length; at += one.length) values.set(one, at);
    return values;
  };
}

/** N(0, deviation²) cut at two deviations. */
export function truncatedNormal(deviation: number): Initializer {
  return (shape, random) => draw(shape, deviation, () => truncated(random));
}

function truncated(random: Random): number {
  for (;;) {
    const value = normal(random);
    if (Math.abs(value) <= 2) return value;
  }
}

function draw(shape: readonly number[], factor: number, next: () => number): Float32Array {
  const values = new Float32Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = factor * next();
  return values;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Inputs and outputs that one value of a filter [h, w, in, out] or a matrix [in, out] connects. */
function fans(shape: readonly number[]): { in: number; out: number } {
  if (shape.length < 2) throw new RangeError(`fan-in needs two axes or more: received [${shape.join(', ')}]`);
  const receptive = size(shape.slice(0, -2));
  return { in: receptive * shape.at(-2)!, out: receptive * shape.at(-1)! };
}
