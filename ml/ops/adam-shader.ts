import type * as tf from '@tensorflow/tfjs';
import { EACH, runShader, THREADS, type Shader } from '../webgpu/run-shader.ts';

const ADAM: Shader = {
  name: 'Adam',
  reads: ['weight', 'gradient'],
  changes: ['m', 'v'],
  makes: ['moved'],
  numbers: {
    size: 'i32',
    rate: 'f32',
    beta1: 'f32',
    rest1: 'f32',
    beta2: 'f32',
    rest2: 'f32',
    epsilon: 'f32',
  },
  body: `${EACH}
    let g = gradient[i];
    let mean = m[i] * n.beta1 + g * n.rest1;
    let square = v[i] * n.beta2 + g * g * n.rest2;
    m[i] = mean;
    v[i] = square;
    moved[i] = weight[i] - mean * n.rate / (sqrt(square) + n.epsilon);
  }`,
};

interface Moments {
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

interface Rates {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** One step of Adam for one weight in one shader: its moments change in place, the moved weight is returned. */
export function adamShader(
  weight: tf.Tensor,
  gradient: tf.Tensor,
  { m, v }: Moments,
  rates: Rates,
): tf.Tensor {
  const { size } = weight;
  const numbers = { size, ...rates, rest1: 1 - rates.beta1, rest2: 1 - rates.beta2 };
  const [moved] = runShader(ADAM, {
    reads: [weight, gradient],
    changes: [m, v],
    makes: [weight.shape],
    numbers,
    workgroups: Math.ceil(size / THREADS),
  });
  return moved;
}
