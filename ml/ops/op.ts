import * as tf from '@tensorflow/tfjs';

/** Keeps tensors for the backward pass; does nothing when no gradient is asked for. */
export type Save = (tensors: tf.Tensor[]) => void;
/** One function an input, called only where that input's gradient is wanted. */
export type Gradients<Name extends string> = Record<Name, () => tf.Tensor>;

interface Engine {
  runKernelFunc(params: {
    forwardFunc: (backend: unknown, save: Save) => tf.Tensor;
    backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
    inputs: Record<string, tf.Tensor>;
  }): tf.Tensor;
}

/**
 * An operation with a gradient of its own. What tf.customGrad does, but lazily: tf.customGrad computes the gradient
 * of every input, wanted or not, and so pays for the weights' gradients of a frozen network and for the image's.
 */
export function differentiable<Name extends string>(
  inputs: Record<Name, tf.Tensor>,
  forward: (save: Save) => tf.Tensor,
  gradients: (dy: tf.Tensor, saved: tf.Tensor[]) => Gradients<Name>,
): tf.Tensor {
  const engine = tf.engine() as unknown as Engine;
  return engine.runKernelFunc({
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: (dy, saved) => gradients(dy, saved),
    inputs,
  });
}
