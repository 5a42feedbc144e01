import * as tf from '@tensorflow/tfjs';
import type { Optimiser } from './optimiser.ts';

export interface SgdOptions {
  readonly learningRate: number;
  /** Share of the last update's direction that is kept. */
  readonly momentum?: number;
}

/**
 * Gradient descent with momentum: v ← momentum · v + gradient, weight ← weight − rate · v, with v = 0 at first. The rate
 * stands outside of v, as in PyTorch's SGD (Sutskever et al., ICML 2013, have it inside).
 */
export function createSgd(options: SgdOptions, weights: ReadonlyMap<string, tf.Variable>): Optimiser {
  const { momentum = 0 } = options;
  let { learningRate } = options;
  const velocities = new Map<string, tf.Tensor>();
  if (momentum > 0)
    for (const [name, weight] of weights) velocities.set(name, tf.keep(tf.zeros(weight.shape)));

  const replace = (name: string, velocity: tf.Tensor): void => {
    velocities.get(name)?.dispose();
    velocities.set(name, tf.keep(velocity));
  };

  return {
    step(gradients) {
      for (const [name, gradient] of Object.entries(gradients)) {
        const weight = weights.get(name);
        if (!weight) throw new RangeError(`sgd: no weight '${name}'`);
        tf.tidy(() => {
          const before = velocities.get(name);
          const direction = before ? before.mul(momentum).add(gradient) : gradient;
          weight.assign(weight.sub(direction.mul(learningRate)));
          if (before) replace(name, direction);
        });
      }
    },
    state: () => new Map([...velocities].map(([name, v]) => [`${name}/v`, v.dataSync<'float32'>().slice()])),
    restore(saved) {
      for (const [name, { shape }] of velocities) {
        const values = saved.get(`${name}/v`);
        if (!values) throw new RangeError(`sgd: the saved state lacks '${name}/v'`);
        replace(name, tf.tensor(values.slice(), shape));
      }
    },
    setLearningRate(rate) {
      learningRate = rate;
    },
    dispose: () => velocities.forEach((velocity) => velocity.dispose()),
  };
}
