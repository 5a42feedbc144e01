import * as tf from '@tensorflow/tfjs';

/** Keeps tensors for the backward pass; does nothing when no gradient is asked for. */
export type Save = (tensors: tf.Tensor[]) => void;
/** One function an input, called only where that input's gradient is wanted. */
export type Gradients<Name extends string> = Record<Name, () => tf.Tensor>;

/** What the engine does not show in its types. */
interface Engine {
  readonly state: { kernelDepth: number };
  isTapeOn(): boolean;
  scopedRun<T>(start: () => void, end: () => void, work: () => T): T;
  addTapeNode(
    name: string,
    inputs: Record<string, tf.Tensor>,
    outputs: tf.Tensor[],
    gradients: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>,
    saved: tf.Tensor[],
    attributes: object,
  ): void;
}

/**
 * An operation with a gradient of its own. What tf.customGrad does, but lazily: tf.customGrad computes the gradient
 * of every input, wanted or not, and so pays for the weights' gradients of a frozen network and for the image's.
 * And cheaply: what is saved is referred to once more, instead of going through a kernel and a tape node of its own,
 * which in networks of many small operations costs as much as the work.
 */
export function differentiable<Name extends string>(
  inputs: Record<Name, tf.Tensor>,
  forward: (save: Save) => tf.Tensor,
  gradients: (dy: tf.Tensor, saved: tf.Tensor[]) => Gradients<Name>,
): tf.Tensor {
  const engine = tf.engine() as unknown as Engine;
  const taping = engine.isTapeOn();
  let saved: tf.Tensor[] = [];
  const save: Save = (tensors) => {
    if (taping) saved = tensors.map((tensor) => tf.keep(alias(tensor)));
  };
  const output = engine.scopedRun(
    () => engine.state.kernelDepth++, // operations inside leave no trace on the tape
    () => engine.state.kernelDepth--,
    () => tf.tidy(() => forward(save)),
  );
  if (taping) engine.addTapeNode('Consilium', inputs, [output], gradients, saved, {});
  return output;
}

/** Another tensor on the same values, as tensor.clone() makes it, without a kernel call. */
export function alias(tensor: tf.Tensor): tf.Tensor {
  const { dataId, shape, dtype } = tensor;
  tf.backend().incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
