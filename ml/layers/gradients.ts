import * as tf from '@tensorflow/tfjs';
import type { Weights } from './weights.ts';

/** Gradients of the network's trainable weights, by their full names, and the loss. */
export function lossAndGradients(
  loss: () => tf.Scalar,
  { trainable }: Pick<Weights, 'trainable'>,
): { value: tf.Scalar; gradients: tf.NamedTensorMap } {
  const { value, grads } = tf.variableGrads(loss, [...trainable.values()]);
  const gradients: tf.NamedTensorMap = {};
  for (const [name, variable] of trainable) {
    const gradient = grads[variable.name] as tf.Tensor | null;
    if (gradient) gradients[name] = gradient;
  }
  return { value, gradients };
}
